import Images
import Metrics
import Synchronization

/// The image cache of a model, for the threads that prepare images and the model's own. It is empty while no model is
/// loaded, so nothing in it is of another model or precision.
package final class SharedImageCache: Sendable {
    private struct State {
        var images: ImageCache<any Sendable>
    }

    private let state: Mutex<State>
    private let isOn: Bool
    private let bytes = Gauge(label: "vision_image_cache_bytes")
    private let hits = Counter(label: "vision_image_cache_hits_total")
    private let misses = Counter(label: "vision_image_cache_misses_total")

    /// - Parameter limit: Bytes; 0 switches the cache off.
    package init(limit: Int) {
        isOn = limit > 0
        state = Mutex(State(images: ImageCache(limit: limit)))
    }

    /// Bytes that it takes now.
    package var byteCount: Int { state.withLock { $0.images.byteCount } }

    /// What a file is known by; `nil` where nothing is kept.
    func digest(of file: [UInt8]) -> ContentDigest? { isOn ? ContentDigest(file) : nil }

    /// An image that came as this very file, and whose features are there.
    func find(file: ContentDigest) -> KnownImage? {
        state.withLock { state in
            guard let (identity, features, byteCount) = state.images.find(file: file) else { return nil }
            return KnownImage(
                identity, features: .init(features: features, byteCount: byteCount))
        }
    }

    /// The features of an image, where they are there.
    func features<Features>(of image: KnownImage, as type: Features.Type) -> Features? {
        state.withLock { state in
            // What was found before the model went and came again is of the same model still.
            if let kept = image.features { return kept.features as? Features }
            return state.images.find(image.identity) as? Features
        }
    }

    func keep(_ features: some Sendable, byteCount: Int, for image: KnownImage) {
        state.withLock { $0.images.keep(features, byteCount: byteCount, for: image.identity) }
        bytes.record(self.byteCount)
    }

    /// Lets go of everything, as the memory is needed.
    package func removeAll() {
        state.withLock { $0.images.removeAll() }
        bytes.record(0)
    }

    /// Lets go of everything, as the model goes.
    func modelGoes() { removeAll() }

    /// A request has found its image's features here, or has not.
    func noteUse(isHit: Bool) {
        guard isOn else { return }
        (isHit ? hits : misses).increment()
    }
}
