package import Images

/// What an image is known by when it comes again, and what has to be known of it then beside its features.
package struct ImageIdentity: Sendable {
    /// Of the file as it was received.
    package let file: ContentDigest
    /// Of the prepared pixels, which are the same for every file of the same image.
    package let pixels: ContentDigest
    /// What the file says of itself.
    package let header: ImageHeader
    /// The prepared image without its pixels: answers' places need its size.
    package let outline: PreparedImage

    /// `nil` where the pixels cannot be hashed.
    package init?(file: ContentDigest, header: ImageHeader, image: PreparedImage) {
        guard let pixels = ContentDigest(image.pixels.pixels) else { return nil }
        self.file = file
        self.pixels = pixels
        self.header = header
        outline = image.withoutPixels()
    }
}

/// A request's image as the cache knows it.
package struct KnownImage: Sendable {
    package let identity: ImageIdentity
    /// What the model has seen in it; nil before it has.
    let features: Kept?

    /// An image whose features are not there.
    package init(_ identity: ImageIdentity) {
        self.init(identity, features: nil)
    }

    init(_ identity: ImageIdentity, features: Kept?) {
        self.identity = identity
        self.features = features
    }

    /// Features that stay as long as somebody needs them, in the cache or not.
    struct Kept: Sendable {
        let features: any Sendable
        let byteCount: Int
    }

    /// Memory of the features.
    var byteCount: Int { features?.byteCount ?? 0 }
}
