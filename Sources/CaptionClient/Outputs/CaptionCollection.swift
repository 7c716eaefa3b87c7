/// What one file for all captions gets of an image.
package struct CaptionEntry: Sendable {
    package let image: Image
    /// The captions, one at least.
    package let captions: [String]
    /// Which of them are tags.
    package let areTags: [Bool]

    package init(image: Image, captions: [String], areTags: [Bool]) {
        (self.image, self.captions, self.areTags) = (image, captions, areTags)
    }

    /// All of it as one caption.
    package var caption: String { captions.joined(separator: ", ") }
}

/// One file, or several, for the captions of a folder, as a trainer reads them. A run that was killed is gone on with:
/// what is in it stays, and images that are in it are not asked about again.
package protocol CaptionCollection: Sendable {
    /// - Parameter name: An image's path below the folder.
    func contains(_ name: String) -> Bool
    /// Adds an image, or puts it in the place of what was there of it.
    func append(_ entry: CaptionEntry) throws(ClientError)
    /// Puts everything in order when a run ends.
    func finish() throws(ClientError)
}

/// A collection that is only looked at; `nil` is one that is not there yet.
package struct UnchangedCollection: CaptionCollection {
    private let base: (any CaptionCollection)?

    package init(of base: (any CaptionCollection)?) {
        self.base = base
    }

    package func contains(_ name: String) -> Bool { base?.contains(name) ?? false }
    package func append(_ entry: CaptionEntry) throws(ClientError) {}
    package func finish() throws(ClientError) {}
}
