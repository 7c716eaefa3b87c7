import Florence2
import Metrics

/// What captions tell the metrics back end.
struct CaptionMetrics: Sendable {
    private let encodeTime = Timer(label: "vision_encode_seconds")
    private let generateTime = Timer(label: "vision_generate_seconds")
    private let tokens = Counter(label: "vision_generated_tokens_total")

    func record(_ caption: Caption) {
        encodeTime.recordSeconds(caption.seconds.vision + caption.seconds.encoder)
        generateTime.recordSeconds(caption.seconds.generate)
        // The decoder's start token is none of the model's making.
        tokens.increment(by: caption.tokenIDs.count - 1)
    }
}
