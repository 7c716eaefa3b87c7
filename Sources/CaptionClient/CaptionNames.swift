/// Which caption file belongs to which picture: `a.jpg` and `a.png` beside each other cannot both have `a.txt`.
package struct CaptionNames: Sendable {
    private let fileExtension: String
    /// The picture that has a caption file's name.
    private var owners: [String: Picture] = [:]

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

    /// A picture's caption file, or the other picture that has it.
    package enum Name: Sendable, Equatable {
        case file(String)
        case taken(by: Picture)
    }

    package mutating func name(for picture: Picture) -> Name {
        let path = picture.file.path
        let stem = path.lastIndex(of: ".").map { path[..<$0] } ?? path[...]
        let file = stem + "." + fileExtension
        let owner = owners[String(file), default: picture]
        guard owner == picture else { return .taken(by: owner) }
        owners[String(file)] = picture
        return .file(String(file))
    }
}
