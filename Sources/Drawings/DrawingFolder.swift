package import Foundation

/// The folder that drawings are written to: `cat.jpg` becomes `cat.jpg.svg`. Names are compared by their bytes, and
/// no path becomes a `URL`, which takes a `~` for the user's own folder.
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
        var owners: [[UInt8]: String] = [:]
        for image in images {
            let owner = owners.updateValue(image, forKey: Array(name(of: image).utf8))
            if let owner, !owner.utf8.elementsEqual(image.utf8) { return (owner, image) }
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
        /// Nothing can be there, or what is there cannot be looked at: the reason as `errno`.
        case unreachable(Int32)
    }

    /// Looks at what is there now.
    package func content(of file: String) -> Content {
        var status = stat()
        guard lstat(file, &status) == 0 else { return errno == ENOENT ? missing(file) : .unreachable(errno) }
        guard stat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return .foreign }
        guard let handle = FileHandle(forReadingAtPath: file) else { return .foreign }
        defer { try? handle.close() }
        let head = (try? handle.read(upToCount: 512)) ?? Data()
        let mark = "\(Drawing.mark.name)=\"\(Drawing.mark.value)\""
        return String(decoding: head, as: UTF8.self).contains(mark) ? .drawing : .foreign
    }

    /// Its folder need not be there; but what is in the way of that is in the way of the drawing, too.
    private func missing(_ file: String) -> Content {
        var status = stat()
        let folder = Self.nearestFolder(of: file)
        guard stat(folder, &status) == 0 else { return .unreachable(errno) }
        guard status.st_mode & S_IFMT == S_IFDIR else { return .unreachable(ENOTDIR) }
        // Of a folder that is not there the system does not say that a name in it is too long.
        let isTooLong = lstat(folder + "/" + Self.split(file).name, &status) != 0 && errno == ENAMETOOLONG
        return isTooLong ? .unreachable(ENAMETOOLONG) : .nothing
    }

    /// The folder that a file is in, or the nearest one above that is there: what is made for the file is made in it.
    package static func nearestFolder(of file: String) -> String {
        var status = stat()
        var folder = split(file).folder
        while folder != ".", folder != "/", lstat(folder, &status) != 0, errno == ENOENT {
            folder = split(folder).folder
        }
        return folder
    }

    /// Whether a drawing's nearest folder is above them all, or the one that they are in.
    package func isBelow(_ folder: String) -> Bool { folder == "." || folder.utf8.count <= path.utf8.count }

    /// Why a drawing cannot be written, as `errno`, as far as that is seen before it is made; `nil` where nothing is
    /// in the way.
    package func obstacle(to file: String) -> Int32? {
        if case .unreachable(let code) = content(of: file) { return code }
        guard access(Self.nearestFolder(of: file), W_OK | X_OK) != 0 else { return nil }
        return [EACCES, EROFS, EPERM].contains(errno) ? errno : nil
    }

    /// Makes the folder of a drawing.
    ///
    /// - Throws: What the system says.
    package func makeFolder(of file: String) throws(POSIXError) { try Self.make(Self.split(file).folder) }

    private static func make(_ folder: String) throws(POSIXError) {
        if mkdir(folder, 0o777) == 0 { return }
        let code = errno
        var status = stat()
        if stat(folder, &status) == 0 {
            guard status.st_mode & S_IFMT == S_IFDIR else { throw POSIXError(.ENOTDIR) }
            return
        }
        let above = split(folder).folder
        guard code == ENOENT, above != folder else { throw POSIXError(.init(rawValue: code) ?? .EIO) }
        try make(above)
        guard mkdir(folder, 0o777) == 0 || errno == EEXIST else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
    }

    /// The image for a drawing, whose folder must be there.
    ///
    /// - Throws: What the system says of an image that cannot be read.
    package func image(_ file: String, for drawing: String) throws(POSIXError) -> DrawnImage {
        guard isLinked else { return .embedded(try WholeFile.read(file)) }
        let (folder, name) = Self.split(file)
        guard access(file, R_OK) == 0, let here = Self.real(Self.split(drawing).folder), let there = Self.real(folder)
        else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        return .linked(Self.address(from: here, to: there + "/".utf8 + name.utf8))
    }

    /// A file's address as seen from a folder, both without links.
    static func address(from folder: [UInt8], to file: [UInt8]) -> String {
        let slash = UInt8(ascii: "/")
        let (here, there) = (folder.split(separator: slash), file.split(separator: slash))
        let shared = zip(here, there.dropLast()).prefix { $0 == $1 }.count
        let steps = Array(repeating: "..", count: here.count - shared) + there.dropFirst(shared).map(Self.encoded)
        return (steps.first == ".." ? "" : "./") + steps.joined(separator: "/")
    }

    /// A name as an address holds it.
    private static func encoded(_ name: ArraySlice<UInt8>) -> String {
        let plain = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
        return name.reduce(into: "") { result, byte in
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

    /// `nil`: it is not there, and `errno` says why.
    private static func real(_ folder: String) -> [UInt8]? {
        guard let pointer = realpath(folder, nil) else { return nil }
        defer { free(pointer) }
        return UnsafeRawBufferPointer(start: pointer, count: strlen(pointer)).map { $0 }
    }
}
