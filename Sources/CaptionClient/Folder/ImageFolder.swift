import Foundation

/// An image below a folder.
package struct Image: Sendable, Hashable {
    /// The path below the folder, as it stands in JSON lines and messages.
    package let name: String
    package let file: ImageFile
    /// The names of RAW files beside it that are of the same shot.
    package var raws: [String] = []
    /// Where it is in a shard, while its file is not there.
    let member: ShardMember?

    package init(name: String, file: ImageFile) {
        self.init(name: name, file: file, member: nil)
    }

    init(name: String, file: ImageFile, member: ShardMember?) {
        self.name = name
        self.file = file
        self.member = member
    }

    package static func == (left: Self, right: Self) -> Bool {
        left.file == right.file && FileName(left.name) == FileName(right.name)
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(file)
    }
}

/// A folder with images at any depth.
package struct ImageFolder: Sendable {
    /// The folder's absolute path, with every word of it as it was given but single dots: to the system `link/..` is
    /// another folder than the one that `link` is in.
    package let path: String
    private let selection: Selection

    /// The path with all links followed.
    package var realPath: String { ImageFile(path: path).resolved ?? path }

    /// - Throws: `ClientError.emptyFolder`, `.noSuchFolder`.
    package init(path: String, selection: Selection = Selection()) throws(ClientError) {
        guard !path.isEmpty else { throw .emptyFolder }
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw .noSuchFolder(path) }
        let start = path.utf8.first == UInt8(ascii: "/") ? "" : FileManager.default.currentDirectoryPath + "/"
        self.path = FileName(start + path).plain
        self.selection = selection
    }

    /// What is found below the folder at one time.
    package struct Contents: Sendable {
        /// The images in the order of their names.
        package var images: [Image] = []
        /// Folders that cannot be read, and what has a name that is not UTF-8, with the reason.
        package var problems: [(name: String, reason: String)] = []
        /// Whether all of it was seen.
        package var isWhole = true
        /// How many files there are of each ending that is not read.
        package var unread: [String: Int] = [:]
        /// The names of folders that were left out.
        package var leftOut: Set<FileName> = []
        /// How many images are older than wanted.
        package var old = 0
        /// RAW files, by their paths without endings.
        var raws: [FileName: [FileName]] = [:]
    }

    /// Looks for images; links to files count, those to folders where that is wanted.
    package func contents() -> Contents {
        var contents = Contents()
        if let list = selection.list {
            list.add(to: &contents, folder: path, selection)
        } else {
            var visits = Visits()
            visit("", &visits, &contents)
            // A folder counts under its own name, wherever a link leads to it as well.
            while selection.followsLinks, let link = visits.nextLink() { visit(link, &visits, &contents) }
        }
        contents.images.sort { FileName($0.name) < FileName($1.name) }
        let alone = contents.pair()
        for name in alone { addAlone(name, &contents) }
        if !alone.isEmpty { contents.images.sort { FileName($0.name) < FileName($1.name) } }
        return contents
    }

    /// Which folders were entered, so that none is twice, and the links that may lead to more.
    private struct Visits {
        private var entered: Set<FileIdentity> = []
        private var links: [String] = []

        mutating func add(link: String) { links.append(link) }

        mutating func nextLink() -> String? {
            links.sort { FileName($1) < FileName($0) }
            return links.popLast()
        }

        mutating func enters(_ path: String) -> Bool {
            FileIdentity(path: path).map { entered.insert($0).inserted } ?? true
        }
    }

    private func visit(_ folder: String, _ visits: inout Visits, _ contents: inout Contents) {
        if selection.followsLinks, !visits.enters(path + "/" + folder) { return }
        let listing = FolderListing(path: path + "/" + folder)
        if let reason = listing.failure {
            contents.isWhole = false
            contents.problems.append((folder.isEmpty ? "." : folder, "The folder cannot be read: \(reason)."))
        }
        for entry in listing.entries {
            let name = FileName(folder.isEmpty ? entry.name : folder + "/" + entry.name)
            if selection.excludes(name) || selection.only.map({ $0 != name }) ?? false { continue }
            switch entry.kind {
            case .folder where !selection.isRecursive: continue
            case .folder where selection.leavesOut(folder: name): contents.leftOut.insert(FileName(entry.name))
            case .folder where entry.isUTF8: visit(name.text, &visits, &contents)
            case .linkedFolder:
                if selection.isRecursive, entry.isUTF8, !selection.leavesOut(folder: name) {
                    visits.add(link: name.text)
                }
            case .folder: contents.problems.append((name.text, Self.notUTF8 + " What is in it was left out."))
            case .file(let changed): add(name, entry, changed, &contents)
            case .unknown(let reason):
                contents.isWhole = false
                contents.problems.append((name.text, "What it is cannot be read: \(reason)."))
            case .other: continue
            }
        }
    }

    /// A RAW file without an image beside it, whose preview is sent where it has one.
    private func addAlone(_ name: FileName, _ contents: inout Contents) {
        let image = Image(name: name.text, file: ImageFile(path: path + "/" + name.text))
        if !FileKinds.hasPreview(name) {
            contents.unread[name.ending ?? "", default: 0] += 1
        } else if image.file.lastChange.map({ !selection.isRecent($0) }) ?? false {
            contents.old += 1
        } else {
            contents.images.append(image)
        }
    }

    private static let notUTF8 = "The name is not UTF-8, so no text can hold it. Rename it."

    private func add(
        _ name: FileName, _ entry: FolderListing.Entry, _ changed: Duration, _ contents: inout Contents
    ) {
        if let spool = selection.spool, name.ending == "tar" { return addShard(name, spool, &contents) }
        let isImage = FileKinds.isImage(name)
        guard isImage || FileKinds.isUnread(name), !selection.leavesOut(file: name) else { return }
        if FileKinds.isRaw(name), entry.isUTF8 { return contents.raws[FileName(name.stem), default: []].append(name) }
        if isImage {
            guard selection.isRecent(changed) else { return contents.old += 1 }
            guard entry.isUTF8 else { return contents.problems.append((name.text, Self.notUTF8)) }
            contents.images.append(Image(name: name.text, file: ImageFile(path: path + "/" + name.text)))
        } else if let ending = name.ending, !FileKinds.isDrawing(name) {
            contents.unread[ending, default: 0] += 1
        }
    }
}

extension ImageFolder {
    /// The images of a shard go by the shard's name and theirs.
    private func addShard(_ name: FileName, _ spool: ShardSpool, _ contents: inout Contents) {
        let folder = FileName(path + "/" + name.text).folder
        if let output = selection.output, ImageFile(path: output).resolved == ImageFile(path: folder).resolved {
            return
        }
        do {
            let (members, isWhole) = try ShardMember.images(of: path + "/" + name.text)
            for member in members {
                let file = ImageFile(path: spool.path(contents.images.count, member.name))
                contents.images.append(Image(name: name.text + "/" + member.name, file: file, member: member))
            }
            if !isWhole {
                contents.problems.append((name.text, "The shard ends early, or is damaged behind its images."))
            }
        } catch {
            contents.problems.append((name.text, error.description))
        }
    }

    /// Leaves nothing behind that was made for images of shards.
    func finish() { selection.spool?.remove() }

    /// A single shard.
    /// - Throws: `ClientError.noSuchFolder`.
    package init(shard path: String, spool: ShardSpool) throws(ClientError) {
        let name = FileName(path)
        var selection = Selection()
        (selection.spool, selection.only) = (spool, FileName(String(name.last)))
        try self.init(path: name.folder, selection: selection)
    }

    /// Whether a path leads to a tar archive and to no folder.
    package static func isShard(_ path: String) -> Bool {
        var status = stat()
        return FileName(path).ending == "tar" && stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    }
}

extension ImageFolder.Contents {
    /// The most names that a sentence holds.
    private static let maxNames = 5

    /// What was passed over, as sentences.
    package var notes: [String] {
        let counts = FileKinds.unread.compactMap { ending in unread[ending].map { "\($0) \(ending)" } }
        let names = leftOut.sorted().prefix(Self.maxNames).map(\.text) + (leftOut.count > Self.maxNames ? ["..."] : [])
        return (counts.isEmpty ? [] : ["Left out, as such files are not read: \(counts.joined(separator: ", "))."])
            + (names.isEmpty ? [] : [Self.hidden + names.joined(separator: ", ") + "."])
            + (old == 0 ? [] : ["Left out, as they are older than --since: \(Self.pictures(old))."])
    }

    /// Puts each RAW file to the image of the same shot, and answers the others.
    mutating func pair() -> [FileName] {
        // The camera's own image goes before one that somebody has made of the RAW file.
        for isOfCamera in [true, false] {
            for index in images.indices where !raws.isEmpty {
                let name = FileName(images[index].name)
                guard FileKinds.isBesideRaw(name) == isOfCamera,
                    let found = raws.removeValue(forKey: FileName(name.stem))
                else { continue }
                images[index].raws = found.sorted().map { String($0.last) }
            }
        }
        defer { raws = [:] }
        return Array(raws.values.joined())
    }

    private static func pictures(_ count: Int) -> String { "\(count) \(count == 1 ? "picture" : "pictures")" }

    private static let hidden = "Left out, as hidden folders and those of other programs are: "

    /// What there is in a later look that was not told before: problems, and how many files of which kind, when a kind has
    /// come that was not there. It counts as told from now on.
    mutating func news(in later: ImageFolder.Contents) -> ImageFolder.Contents {
        var news = ImageFolder.Contents()
        let known = Set(problems.map { FileName($0.name) })
        news.problems = later.problems.filter { !known.contains(FileName($0.name)) }
        problems += news.problems
        if !Set(unread.keys).isSuperset(of: later.unread.keys) { news.unread = later.unread }
        unread.merge(later.unread) { $1 }
        return news
    }
}
