import CaptionCleaning
import Captioning
import Florence2
import Foundation
import HTTPDoor
import Serving
import VisionAPITypes

/// What `/process_image` answers: the only result, or one by prompt; of several images a list of these; in a stream with
/// how each came about.
struct ProcessImageResult: Encodable {
    /// What came of an image.
    struct Image {
        let name: String
        let outcome: Result<[CleanCaption], ErrorAnswer>
        let size: ImageSize?
        /// A JPEG file, where one was asked for.
        var thumbnail: [UInt8]?
    }

    private let request: ImageRequest
    private let images: [Image]
    private let isDetailed: Bool

    /// Of the only image.
    var imageSize: ImageSize? { request.isSeveral ? nil : images.first?.size }

    private enum Key: CodingKey { case images, name, result, results, raw, kept, thumbnail, details, detail, code }

    /// - Parameter images: One at least, and one alone unless the request has several.
    init(_ request: ImageRequest, _ images: [Image], isDetailed: Bool) throws {
        for case .success(let captions) in images.map(\.outcome) where captions.count != request.prompts.count {
            throw ModelHostError.stopping
        }
        self.request = request
        self.images = images
        self.isDetailed = isDetailed
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        guard request.isSeveral else { return try encode(images[0], to: &container) }
        var list = container.nestedUnkeyedContainer(forKey: .images)
        for image in images {
            var container = list.nestedContainer(keyedBy: Key.self)
            try container.encode(image.name, forKey: .name)
            try encode(image, to: &container)
        }
    }

    private func encode(_ image: Image, to container: inout KeyedEncodingContainer<Key>) throws {
        switch image.outcome {
        case .success(let captions):
            try encode(captions, to: &container)
            try container.encodeIfPresent(image.thumbnail.map { Data($0).base64EncodedString() }, forKey: .thumbnail)
        case .failure(let error):
            try container.encode(error.detail, forKey: .detail)
            try container.encode(error.code, forKey: .code)
        }
    }

    private func encode(_ captions: [CleanCaption], to container: inout KeyedEncodingContainer<Key>) throws {
        let prompts = request.prompts.map(\.original)
        if request.isList {
            let answers = zip(prompts, captions).map { ($0, $1.answer) }
            try container.encode(Dictionary(answers) { first, _ in first }, forKey: .results)
        } else if let caption = captions.first {
            try container.encode(caption.answer, forKey: .result)
        }
        try encodeRaw(captions, to: &container)
        guard isDetailed else { return }
        try container.encode(zip(prompts, captions).map { ProcessImageDetail($0, $1.caption) }, forKey: .details)
    }

    /// What was cleaned, as the model wrote it, and of which of it nothing would have been left.
    private func encodeRaw(
        _ captions: [CleanCaption], to container: inout KeyedEncodingContainer<Key>
    ) throws {
        let prompts = request.prompts.map(\.original)
        let texts = zip(prompts, captions).compactMap { prompt, caption in caption.raw.map { (prompt, $0) } }
        let kept = zip(prompts, captions).filter { $1.outcome?.isKept ?? false }.map(\.0)
        guard !texts.isEmpty else { return }
        if request.isList {
            try container.encode(Dictionary(texts) { first, _ in first }, forKey: .raw)
            if !kept.isEmpty { try container.encode(kept, forKey: .kept) }
        } else {
            try container.encode(texts[0].1, forKey: .raw)
            if !kept.isEmpty { try container.encode(true, forKey: .kept) }
        }
    }
}

extension ProcessImageDetail {
    fileprivate init(_ prompt: String, _ caption: Caption) {
        self.init(
            prompt: prompt, finishReason: caption.finishReason.rawValue, inputTokens: caption.inputTokens,
            outputTokens: caption.outputTokens, score: caption.score.isFinite ? Double(caption.score) : nil,
            seconds: .init(
                vision: caption.seconds.vision, encoder: caption.seconds.encoder, generate: caption.seconds.generate))
    }
}
