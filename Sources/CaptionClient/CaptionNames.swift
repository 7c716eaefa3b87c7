/// Which caption file belongs to which picture: `a.jpg` and `a.png` beside each other cannot both have `a.txt`.
package struct CaptionNames: Sendable {
    private let fileExtension: String
    /// The pictures that would have a caption file.
    private var owners: [FileName: [Picture]] = [:]

    /// - Parameter fileExtension: with or without its dot.
    /// - Throws: `ClientError.badExtension`.
    package init(fileExtension: String) throws(ClientError) {
        let bare = String(fileExtension.drop { $0 == "." })
        let hasBadByte = bare.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "/") }
        // Some file systems drop a dot or a blank at the end, so such a name would be another one.
        guard let last = bare.utf8.last, !hasBadByte, last != UInt8(ascii: "."), last != UInt8(ascii: " "),
            !FileKinds.isNoCaption(fileExtension: bare)
        else { throw .badExtension(fileExtension) }
        self.fileExtension = bare
    }

    /// Takes note of pictures that are in the folder.
    package mutating func add(_ pictures: [Picture]) {
        for picture in pictures {
            let file = FileName(file(for: picture))
            if !owners[file, default: []].contains(picture) { owners[file, default: []].append(picture) }
        }
    }

    /// A picture's caption file.
    package func file(for picture: Picture) -> String {
        FileName(picture.file.path).stem + "." + fileExtension
    }

    /// The pictures beside this one that would have the same caption file, as far as they are still there.
    package func rivals(of picture: Picture) -> [Picture] {
        owners[FileName(file(for: picture)), default: []]
            .filter { $0 != picture && (try? $0.file.stamp()) != nil }
    }
}
