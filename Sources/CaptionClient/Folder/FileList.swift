package import Foundation

/// Paths of images that somebody else has chosen, as `find` and `git` print them.
package struct FileList: Sendable {
    private let paths: [String]
    private let currentFolder: String

    /// Reads a list to its end.
    /// - Parameters:
    ///   - file: a path, or `-` for standard input.
    ///   - endsWithNull: whether a null byte ends each path, not a line break.
    ///   - currentFolder: where paths begin that begin without a slash.
    /// - Throws: `ClientError.listUnread`.
    package init(file: String, endsWithNull: Bool, currentFolder: String) throws(ClientError) {
        let descriptor = file == "-" ? STDIN_FILENO : open(file, O_RDONLY | O_CLOEXEC)
        defer { if file != "-", descriptor >= 0 { close(descriptor) } }
        guard descriptor >= 0 else { throw .listUnread(file: file, reason: SystemReason.text(errno: errno)) }
        let bytes: Data
        do {
            bytes = try SystemRead.stream(descriptor)
        } catch {
            throw .listUnread(file: file, reason: SystemReason.text(error))
        }
        self.init(bytes, endsWithNull: endsWithNull, currentFolder: currentFolder)
    }

    package init(_ bytes: Data, endsWithNull: Bool, currentFolder: String) {
        self.currentFolder = currentFolder
        paths = bytes.split(separator: endsWithNull ? 0 : UInt8(ascii: "\n")).map { line in
            let hasReturn = !endsWithNull && line.last == UInt8(ascii: "\r")
            return String(decoding: hasReturn ? line.dropLast() : line, as: UTF8.self)
        }
    }

    /// Adds the listed images that are below a folder; what is listed twice counts once.
    func add(
        to contents: inout ImageFolder.Contents, folder: String, _ selection: ImageFolder.Selection
    ) {
        let root = FileName(folder).plain
        let realRoot = ImageFile(path: folder).resolved
        var seen: Set<FileName> = []
        for path in paths {
            guard let name = name(of: path, root, realRoot) else {
                let start = path.utf8.first == UInt8(ascii: "/") ? "" : " Names count from \(currentFolder)."
                contents.problems.append((path, "It is not below \(folder).\(start)"))
                continue
            }
            let file = FileName(name)
            guard !selection.excludes(withFolders: file), seen.insert(file).inserted else { continue }
            if let hidden = selection.leftOutFolder(of: file) {
                contents.leftOut.insert(FileName(String(hidden.last)))
                continue
            }
            guard !selection.leavesOut(file: file) else { continue }
            if FileKinds.isImage(file) {
                let image = Image(name: name, file: ImageFile(path: folder + "/" + name))
                let isOld = image.file.lastChange.map { !selection.isRecent($0) } ?? false
                if isOld { contents.old += 1 } else { contents.images.append(image) }
            } else if FileKinds.isRaw(file) {
                contents.raws[FileName(file.stem), default: []].append(file)
            } else if let ending = file.ending, FileKinds.isUnread(file) {
                contents.unread[ending, default: 0] += 1
            } else {
                contents.problems.append((name, "Its name is not that of a picture."))
            }
        }
    }

    /// A path below the folder; `nil` when it is not below it.
    private func name(of path: String, _ root: String, _ realRoot: String?) -> String? {
        let absolute = FileName(path.utf8.first == UInt8(ascii: "/") ? path : currentFolder + "/" + path).plain
        if let name = Self.rest(of: absolute, below: root) { return name }
        let file = FileName(absolute)
        guard let realRoot, let real = ImageFile(path: file.folder).resolved else { return nil }
        return Self.rest(of: real + "/" + file.last, below: realRoot)
    }

    private static func rest(of path: String, below folder: String) -> String? {
        let start = folder == "/" ? folder : folder + "/"
        guard path.utf8.starts(with: start.utf8), path.utf8.count > start.utf8.count else { return nil }
        let name = String(decoding: path.utf8.dropFirst(start.utf8.count), as: UTF8.self)
        return FileName(name).leadsUp ? nil : name
    }
}
