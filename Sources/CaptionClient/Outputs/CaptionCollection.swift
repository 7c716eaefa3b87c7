import Foundation

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
    /// What is in it of an image, with its tags where they are apart; `nil` also for what is not read again.
    func captions(of name: String) -> (text: String?, tags: String?)
    /// Adds an image, or puts it in the place of what was there of it.
    func append(_ entry: CaptionEntry) throws(ClientError)
    /// Puts everything in order when a run ends.
    func finish() throws(ClientError)
}

/// A collection that is only looked at.
package struct UnchangedCollection: CaptionCollection {
    private let base: (any CaptionCollection)?
    private let names: Set<FileName>

    /// - Parameters:
    ///   - format: Which one it is.
    ///   - path: Where it is, if it is there.
    ///   - folder: The folder with the images.
    /// - Throws: `ClientError`, as the format does.
    package init(_ format: CaptionFormat, path: String, folder: String) throws(ClientError) {
        names = format == .shards ? ShardFiles.captioned(in: path) : []
        guard format != .shards, let copy = FileCopy(of: path) else {
            base = nil
            return
        }
        // What is mended when it is opened is the copy.
        base = try format.collection(path: copy.path, folder: folder, shardCount: 1, gate: AtomicFileWriter())
    }

    package func contains(_ name: String) -> Bool { base?.contains(name) ?? names.contains(FileName(name)) }
    package func captions(of name: String) -> (text: String?, tags: String?) { base?.captions(of: name) ?? (nil, nil) }
    package func append(_ entry: CaptionEntry) throws(ClientError) {}
    package func finish() throws(ClientError) {}
}

/// A copy of a file, empty where there is none; it goes with its last user.
package final class FileCopy {
    package let path = FileManager.default.temporaryDirectory.appending(path: ".vision-client-\(UUID())").path

    /// - Returns: `nil` where no copy can be made.
    package init?(of file: String) {
        let content = FileManager.default.contents(atPath: file) ?? Data()
        guard FileManager.default.createFile(atPath: path, contents: content, attributes: [.posixPermissions: 0o600])
        else {
            return nil
        }
    }

    deinit { unlink(path) }
}
