/// Features of the images that were used last, up to so many bytes: a value.
///
/// An image is found by its file's bytes, before anything is decoded, or by its prepared pixels.
package struct ImageCache<Features> {
    private struct Entry {
        let features: Features
        let byteCount: Int
        /// The files that the image came as, those last learned at the end.
        var files: [ContentDigest] = []
        var lastUse: Int
    }

    /// What an entry takes beside its features, at the most.
    package static var overhead: Int { 2 << 10 }
    /// More files of the same image are not remembered.
    private static var maxFiles: Int { 4 }

    package let limit: Int
    /// Never above the limit.
    package private(set) var byteCount = 0
    /// By the prepared pixels.
    private var entries: [ContentDigest: Entry] = [:]
    /// By the file.
    private var identities: [ContentDigest: ImageIdentity] = [:]
    private var uses = 0

    /// - Parameter limit: Bytes; 0 keeps nothing.
    package init(limit: Int) {
        self.limit = max(0, limit)
    }

    package var count: Int { entries.count }

    /// The image of a file that came before.
    package mutating func find(
        file: ContentDigest
    ) -> (identity: ImageIdentity, features: Features, byteCount: Int)? {
        guard let identity = identities[file], let entry = use(identity.pixels) else { return nil }
        return (identity, entry.features, entry.byteCount)
    }

    /// The features of an image with these pixels; from now on it is found by this file, too.
    package mutating func find(_ identity: ImageIdentity) -> Features? {
        guard let entry = use(identity.pixels) else { return nil }
        learn(identity)
        return entry.features
    }

    /// Keeps features, and lets go of those that were not used for the longest time where there is no room.
    package mutating func keep(_ features: Features, byteCount bytes: Int, for identity: ImageIdentity) {
        remove(identity.pixels)
        guard bytes <= limit - Self.overhead else { return }
        while byteCount + bytes + Self.overhead > limit, let oldest { remove(oldest) }
        uses += 1
        entries[identity.pixels] = Entry(features: features, byteCount: bytes, lastUse: uses)
        byteCount += bytes + Self.overhead
        learn(identity)
    }

    package mutating func removeAll() { self = ImageCache(limit: limit) }

    private var oldest: ContentDigest? { entries.min { $0.value.lastUse < $1.value.lastUse }?.key }

    private mutating func use(_ pixels: ContentDigest) -> Entry? {
        uses += 1
        entries[pixels]?.lastUse = uses
        return entries[pixels]
    }

    private mutating func learn(_ identity: ImageIdentity) {
        guard identities[identity.file]?.pixels != identity.pixels else { return }
        forget(identity.file)
        if let files = entries[identity.pixels]?.files, files.count == Self.maxFiles { forget(files[0]) }
        entries[identity.pixels]?.files.append(identity.file)
        identities[identity.file] = identity
    }

    private mutating func forget(_ file: ContentDigest) {
        guard let identity = identities.removeValue(forKey: file) else { return }
        entries[identity.pixels]?.files.removeAll { $0 == file }
    }

    private mutating func remove(_ pixels: ContentDigest) {
        guard let entry = entries.removeValue(forKey: pixels) else { return }
        byteCount -= entry.byteCount + Self.overhead
        for file in entry.files { identities[file] = nil }
    }
}
