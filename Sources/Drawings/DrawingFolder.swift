import Foundation

/// The folder that drawings are written to: `cat.jpg` becomes `cat.jpg.svg`.
package struct DrawingFolder: Sendable {
    package let path: String
    /// Whether drawings refer to their images instead of holding them.
    package let isLinked: Bool

    package init(path: String, isLinked: Bool) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        self.isLinked = isLinked
    }

    /// Two of the images at these paths that would have one drawing.
    package static func rivals(among images: [String]) -> (String, String)? {
        var owners: [String: String] = [:]
        for image in images {
            let owner = owners.updateValue(image, forKey: name(of: image))
            if let owner, owner != image { return (owner, image) }
        }
        return nil
    }

    /// What a drawing is called by that shows the image at a path.
    package static func name(of image: String) -> String { split(image).name }

    /// Where an image's drawing goes.
    ///
    /// - Parameter name: The image's name, or its path below the folder that is worked through.
    package func file(for name: String) -> String { "\(path)/\(name).svg" }

    /// What is in the place of a drawing.
    package enum Content: Sendable, Equatable {
        case nothing
        /// One of these drawings, which may be drawn anew.
        case drawing
        /// Something else, which stays.
        case foreign
    }

    /// Looks at what is there now.
    package func content(of file: String) -> Content {
        var status = stat()
        guard lstat(file, &status) == 0 else { return .nothing }
        guard stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return .foreign }
        guard let handle = FileHandle(forReadingAtPath: file) else { return .foreign }
        defer { try? handle.close() }
        let head = (try? handle.read(upToCount: 512)) ?? Data()
        let mark = "\(Drawing.mark.name)=\"\(Drawing.mark.value)\""
        return String(decoding: head, as: UTF8.self).contains(mark) ? .drawing : .foreign
    }

    /// Makes the folder of a drawing.
    ///
    /// - Throws: What the system says.
    package func makeFolder(of file: String) throws {
        try FileManager.default.createDirectory(
            at: URL(filePath: file).deletingLastPathComponent(), withIntermediateDirectories: true)
    }

    /// The image for a drawing, whose folder must be there.
    ///
    /// - Throws: What the system says of an image that cannot be read.
    package func image(_ file: String, for drawing: String) throws -> DrawnImage {
        guard isLinked else { return .embedded(try Data(contentsOf: URL(filePath: file))) }
        let (folder, name) = Self.split(file)
        let address = Self.address(from: Self.real(Self.split(drawing).folder), to: Self.real(folder) + "/" + name)
        return .linked(address)
    }

    /// A file's address as seen from a folder, both without links.
    static func address(from folder: String, to file: String) -> String {
        let (here, there) = (folder.split(separator: "/"), file.split(separator: "/"))
        let shared = zip(here, there.dropLast()).prefix { $0 == $1 }.count
        let steps = Array(repeating: "..", count: here.count - shared) + there.dropFirst(shared).map(Self.encoded)
        return (steps.first == ".." ? "" : "./") + steps.joined(separator: "/")
    }

    /// A name as an address holds it.
    private static func encoded(_ name: Substring) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return name.utf8.reduce(into: "") { result, byte in
            if plain.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                result += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
    }

    private static func split(_ path: String) -> (folder: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return (".", path) }
        return (slash == path.startIndex ? "/" : String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
    }

    private static func real(_ folder: String) -> String {
        guard let pointer = realpath(folder, nil) else { return folder }
        defer { free(pointer) }
        return String(cString: pointer)
    }
}
