import Foundation

/// Which caption file belongs to which picture: `a.jpg` and `a.png` beside each other cannot both have `a.txt`.
package struct CaptionNames: Sendable {
    private let fileExtension: String
    /// The pictures that would have a caption file.
    private var owners: [String: [Picture]] = [:]

    /// - Parameter fileExtension: with or without its dot.
    /// - Throws: `ClientError.badExtension`.
    package init(fileExtension: String) throws(ClientError) {
        let bare = String(fileExtension.drop { $0 == "." })
        let isUsable = !bare.isEmpty && !bare.contains("/") && !bare.contains("\0")
        guard isUsable, !PictureFolder.extensions.contains(bare.lowercased()) else {
            throw .badExtension(fileExtension)
        }
        self.fileExtension = bare
    }

    /// Takes note of pictures that are in the folder.
    package mutating func add(_ pictures: [Picture]) {
        for picture in pictures {
            let file = file(for: picture)
            if !owners[file, default: []].contains(picture) { owners[file, default: []].append(picture) }
        }
    }

    /// A picture's caption file.
    package func file(for picture: Picture) -> String {
        let path = picture.file.path
        let stem = path.lastIndex(of: ".").map { path[..<$0] } ?? path[...]
        return stem + "." + fileExtension
    }

    /// The pictures beside this one that would have the same caption file, as far as they are still there.
    package func rivals(of picture: Picture) -> [Picture] {
        owners[file(for: picture), default: []].filter { $0 != picture && (try? $0.file.stamp()) != nil }
    }
}
