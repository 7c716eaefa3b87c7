import Foundation

/// A picture below a folder.
package struct Picture: Sendable, Hashable {
    /// The path below the folder, as it stands in JSON lines and messages.
    package let name: String
    package let file: PictureFile

    package init(name: String, file: PictureFile) {
        self.name = name
        self.file = file
    }
}

/// A folder with pictures at any depth.
package struct PictureFolder: Sendable {
    /// The folder's absolute path.
    package let path: String

    /// The endings that make a file a picture, in any case.
    package static let extensions: Set<String> = ["jpg", "jpeg", "png", "gif", "bmp", "tif", "tiff", "webp"]

    /// - Throws: `ClientError.noSuchFolder`.
    package init(path: String) throws(ClientError) {
        let absolute = URL(filePath: path).standardizedFileURL.path
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: absolute, isDirectory: &isFolder), isFolder.boolValue else {
            throw .noSuchFolder(path)
        }
        self.path = absolute
    }

    /// What is found below the folder at one time.
    package struct Contents: Sendable {
        /// The pictures in the order of their names.
        package var pictures: [Picture] = []
        /// Folders that cannot be read, with the reason.
        package var problems: [(name: String, reason: String)] = []
    }

    /// Looks for pictures; links to files count, links to folders are not followed.
    package func contents() -> Contents {
        var contents = Contents()
        visit("", &contents)
        contents.pictures.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        return contents
    }

    private func visit(_ folder: String, _ contents: inout Contents) {
        guard let entries = Self.entries(path + "/" + folder) else {
            contents.problems.append((folder.isEmpty ? "." : folder, "The folder cannot be read."))
            return
        }
        for entry in entries {
            let name = folder.isEmpty ? entry.name : folder + "/" + entry.name
            guard entry.isUTF8 else {
                let reason = "The name is not UTF-8, so no text can hold it. Rename it."
                if Self.isPicture(entry.name) { contents.problems.append((name, reason)) }
                continue
            }
            let path = path + "/" + name
            switch Self.kind(path) {
            case S_IFDIR: visit(name, &contents)
            case S_IFREG, S_IFLNK: if Self.isPicture(entry.name) { add(name, path, &contents) }
            default: continue
            }
        }
    }

    /// The names in a folder; Foundation leaves out those that are not UTF-8.
    private static func entries(_ path: String) -> [(name: String, isUTF8: Bool)]? {
        guard let directory = opendir(path) else { return nil }
        defer { closedir(directory) }
        var entries: [(name: String, isUTF8: Bool)] = []
        while let entry = readdir(directory) {
            let (name, isUTF8) = withUnsafePointer(to: &entry.pointee.d_name) { tuple in
                tuple.withMemoryRebound(to: CChar.self, capacity: Int(NAME_MAX) + 1) {
                    (String(cString: $0), String(validatingCString: $0) != nil)
                }
            }
            if name != ".", name != ".." { entries.append((name, isUTF8)) }
        }
        return entries
    }

    private func add(_ name: String, _ path: String, _ contents: inout Contents) {
        var status = stat()
        // A link to a folder under a picture's name is passed over; one that leads nowhere is reported when it is read.
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG { return }
        contents.pictures.append(Picture(name: name, file: PictureFile(path: path)))
    }

    private static func kind(_ path: String) -> mode_t {
        var status = stat()
        return lstat(path, &status) == 0 ? status.st_mode & S_IFMT : 0
    }

    private static func isPicture(_ name: String) -> Bool {
        guard let dot = name.lastIndex(of: "."), dot > name.startIndex else { return false }
        return extensions.contains(name[name.index(after: dot)...].lowercased())
    }
}
