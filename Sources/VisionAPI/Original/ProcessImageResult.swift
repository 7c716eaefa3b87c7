import Captioning
import Florence2
import Serving
import VisionAPITypes

/// What `/process_image` answers: the only result, or one by prompt; in a stream with how each came about.
struct ProcessImageResult: Encodable {
    private let request: ImageRequest
    private let captions: [Caption]
    private let isDetailed: Bool

    private enum Key: CodingKey { case result, results, details }

    init(_ request: ImageRequest, _ captions: [Caption], isDetailed: Bool = false) throws {
        guard captions.count == request.input.prompts.count else { throw ModelHostError.stopping }
        self.request = request
        self.captions = captions
        self.isDetailed = isDetailed
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        let prompts = request.input.prompts.map(\.original)
        if request.isList {
            let answers = zip(prompts, captions).map { ($0, $1.answer) }
            try container.encode(Dictionary(answers) { first, _ in first }, forKey: .results)
        } else if let caption = captions.first {
            try container.encode(caption.answer, forKey: .result)
        }
        guard isDetailed else { return }
        try container.encode(zip(prompts, captions).map(ProcessImageDetail.init), forKey: .details)
    }
}

extension ProcessImageDetail {
    fileprivate init(_ prompt: String, _ caption: Caption) {
        self.init(
            prompt: prompt, finishReason: caption.finishReason.rawValue, inputTokens: caption.inputTokens,
            outputTokens: caption.outputTokens,
            seconds: .init(
                vision: caption.seconds.vision, encoder: caption.seconds.encoder, generate: caption.seconds.generate))
    }
}
