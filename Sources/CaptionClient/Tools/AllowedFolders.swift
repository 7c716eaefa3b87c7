import Foundation

/// The folders below which a chat may have image files read. What counts is where a file really is, its links resolved.
package struct AllowedFolders: Sendable {
    private let roots: [String]

    /// The most bytes of a file that is read.
    package static let maxFileSize = 64 << 20
    private static let maxPath = 4096

    /// - Throws: `ClientError.noSuchFolder`.
    package init(_ folders: [String]) throws(ClientError) {
        var roots: [String] = []
        for folder in folders {
            guard let root = ImageFile(path: folder).resolved, Self.isFolder(root) else { throw .noSuchFolder(folder) }
            if !roots.contains(root) { roots.append(root) }
        }
        self.roots = roots
    }

    package var isEmpty: Bool { roots.isEmpty }

    /// Whether a text names something that may be read.
    func holds(_ text: String) -> Bool { resolve(text) != nil }

    /// The bytes of an image file.
    /// - Throws: `ClientError.notAllowed`, `.unreadable`.
    func file(_ text: String) throws(ClientError) -> Data {
        guard let path = resolve(text) else { throw .notAllowed(text) }
        let file = try ImageFile(path: path).open()
        defer { try? file.close() }
        let descriptor = file.fileDescriptor
        var status = stat()
        guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            throw .unreadable("This is not a file.")
        }
        // Somebody may have put a link into the path in the meantime.
        guard let real = Self.path(of: descriptor), isAllowed(real) else { throw .notAllowed(text) }
        guard status.st_size <= Self.maxFileSize else {
            throw .unreadable("The file is larger than \(Self.maxFileSize >> 20) MB.")
        }
        return try Self.bytes(of: file)
    }

    /// The images and folders in a folder, a path a line; the roots themselves where none is named and there are several.
    /// - Throws: `ClientError.notAllowed`, `.unreadable`.
    func list(_ folder: String?) throws(ClientError) -> String {
        guard let text = folder ?? (roots.count == 1 ? roots[0] : nil) else {
            return roots.map { $0 + "/" }.joined(separator: "\n")
        }
        guard let path = resolve(text), Self.isFolder(path) else { throw .notAllowed(text) }
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: path) else {
            throw .unreadable("The folder cannot be read.")
        }
        let base = path == "/" ? "/" : path + "/"
        let paths = names.filter { !$0.hasPrefix(".") }.sorted().compactMap { name -> String? in
            if Self.isFolder(base + name) { return FileKinds.isLeftOut(folder: name) ? nil : base + name + "/" }
            let file = FileName(name)
            return FileKinds.isImage(file) || FileKinds.hasPreview(file) ? base + name : nil
        }
        if paths.isEmpty { return "There are no pictures in this folder." }
        let rest = paths.count - Self.maxListed
        return (paths.prefix(Self.maxListed) + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n")
    }

    private static let maxListed = 500

    /// Where a text leads to, if that is there and below a root.
    private func resolve(_ text: String) -> String? {
        guard let path = Self.path(text), !path.isEmpty, path.utf8.count <= Self.maxPath, !path.utf8.contains(0) else {
            return nil
        }
        let candidates = path.hasPrefix("/") ? [path] : roots.map { $0 + "/" + path }
        return candidates.lazy.compactMap { ImageFile(path: $0).resolved }.first(where: isAllowed)
    }

    /// A `file:` URL's path, or the text itself.
    private static func path(_ text: String) -> String? {
        guard text.lowercased().hasPrefix("file:") else { return text }
        let rest = text.dropFirst(5)
        let path = rest.hasPrefix("//") ? rest.dropFirst(2).drop { $0 != "/" } : rest
        return String(path).removingPercentEncoding
    }

    /// By bytes: to Swift two ways to write an accent are one.
    private func isAllowed(_ path: String) -> Bool {
        roots.contains { root in
            let root = root == "/" ? "" : root
            return path.utf8.elementsEqual(root.utf8) || path.utf8.starts(with: (root + "/").utf8)
        }
    }

    private static func isFolder(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    private static func bytes(of file: FileHandle) throws(ClientError) -> Data {
        var bytes = Data()
        do {
            while let more = try file.read(upToCount: 1 << 20), !more.isEmpty {
                bytes += more
                // It may grow while it is read.
                if bytes.count > maxFileSize { break }
            }
        } catch {
            throw .unreadable("The file cannot be read.")
        }
        guard bytes.count <= maxFileSize else {
            throw .unreadable("The file is larger than \(maxFileSize >> 20) MB.")
        }
        return bytes
    }

    /// The path of a file that is open.
    private static func path(of descriptor: Int32) -> String? {
        var buffer = [CChar](repeating: 0, count: Int(PATH_MAX) + 1)
        #if canImport(Darwin)
            guard fcntl(descriptor, F_GETPATH, &buffer) != -1 else { return nil }
        #else
            guard readlink("/proc/self/fd/\(descriptor)", &buffer, buffer.count - 1) > 0 else { return nil }
        #endif
        return buffer.withUnsafeBufferPointer { $0.baseAddress.flatMap { String(validatingCString: $0) } }
    }
}
