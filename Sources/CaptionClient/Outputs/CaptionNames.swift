/// Which caption file belongs to which image: `a.jpg` and `a.png` beside each other cannot both have `a.txt`, and where a
/// file system does not tell capitals apart, nor can `A.jpg` and `a.png`.
package struct CaptionNames: Sendable {
    private struct Owner {
        let image: Image
        /// The image's caption file, or what is behind it when it is a link.
        let file: FileName
    }

    private let fileExtension: String
    /// What to do besides renaming, so that each image has a file of its own.
    private let otherwise: String
    private let identity: @Sendable (String) -> FileIdentity?
    /// Whether the image's whole name stays in that of its caption: `cat.jpg.txt`.
    package var keepsWholeNames = false
    /// The folder that mirrors that of the images; `nil` where captions are beside these.
    package var outputFolder: String?
    private var images: [Image] = []
    /// The image, by its place among all, that would have a caption file, by a hash of that path in one case: a hundred
    /// thousand paths would take much memory. To a `String` two ways to write an accent are one, so names that some file
    /// system may take for the same are found here.
    private var firstOwners: [Int: Int32] = [:]
    /// The others that would have the same.
    private var otherOwners: [Int: [Int32]] = [:]
    /// The folders of caption files, with all links followed.
    private var folders: [FileName: String] = [:]

    /// - Parameters:
    ///   - fileExtension: with or without its dot.
    ///   - identity: the file that a path leads to.
    /// - Throws: `ClientError.badExtension`.
    package init(
        fileExtension: String, identity: @escaping @Sendable (String) -> FileIdentity? = { FileIdentity(path: $0) }
    ) throws(ClientError) {
        let bare = String(fileExtension.drop { $0 == "." })
        let hasBadByte = bare.utf8.contains { $0 < 0x20 || $0 == 0x7F || $0 == UInt8(ascii: "/") }
        // Some file systems drop a dot or a blank at the end, so such a name would be another one.
        guard let last = bare.utf8.last, !hasBadByte, last != UInt8(ascii: "."), last != UInt8(ascii: " "),
            !FileKinds.isNoCaption(fileExtension: bare)
        else { throw .badExtension(fileExtension) }
        self.init(bare, otherwise: "add --full-names", identity)
    }

    private init(
        _ fileExtension: String, otherwise: String, _ identity: @escaping @Sendable (String) -> FileIdentity?
    ) {
        self.fileExtension = fileExtension
        self.otherwise = otherwise
        self.identity = identity
    }

    /// Which sidecar in Lightroom's style belongs to which image: it is called after the image's stem, too.
    package static var lightroomSidecars: Self {
        Self("xmp", otherwise: "leave --xmp-style lightroom out") { FileIdentity(path: $0) }
    }

    /// Takes note of images that are in the folder.
    package mutating func add(_ new: [Image]) {
        images.reserveCapacity(images.count + new.count)
        for image in new {
            let folder = FileName(FileName(file(for: image)).folder)
            if folders[folder] == nil { folders[folder] = ImageFile(path: folder.text).resolved ?? folder.text }
            let key = Self.key(target(for: image))
            guard !owners(key).contains(where: { images[Int($0)] == image }) else { continue }
            let index = Int32(clamping: images.count)
            images.append(image)
            if firstOwners[key] == nil { firstOwners[key] = index } else { otherOwners[key, default: []].append(index) }
        }
    }

    private func owners(_ key: Int) -> [Int32] {
        firstOwners[key].map { [$0] + (otherOwners[key] ?? []) } ?? []
    }

    /// An image's caption file.
    package func file(for image: Image) -> String {
        let path = outputFolder.map { $0 + "/" + image.name } ?? image.file.path
        return (keepsWholeNames ? path : FileName(path).stem) + "." + fileExtension
    }

    /// The caption file of a name that keeps the image's ending: `cat.jpg.txt`.
    func fullFile(for image: Image) -> String { image.file.path + "." + fileExtension }

    /// Why an image beside others can have no caption file of its own, as a sentence; `nil` when it can.
    package func conflict(of image: Image) -> String? {
        let rivals = rivals(of: image)
        guard !rivals.isEmpty else { return nil }
        let name = FileName(file(for: image))
        let isNamedSo = rivals.allSatisfy { Self.folded(FileName(file(for: $0))) == Self.folded(name) }
        let remedy = "Rename all but one of them" + (keepsWholeNames ? "." : ", or \(otherwise).")
        return "Its caption would be in the same file as that of \(rivals.map(\.name).joined(separator: " and ")). "
            + (isNamedSo ? remedy : "A link leads there; give each a file of its own.")
    }

    /// The other images that would have the same caption file, as far as they are still there.
    private func rivals(of image: Image) -> [Image] {
        let owner = Owner(image: image, file: target(for: image))
        let indices = owners(Self.key(owner.file))
        guard indices.count > 1 else { return [] }
        let group = indices.map { Owner(image: images[Int($0)], file: target(for: images[Int($0)])) }
        return group.filter { $0.image != image && !$0.image.file.isGone && isShared(owner, $0, group) }
            .map(\.image)
    }

    /// Whether two caption files whose paths differ in case at most are one file.
    private func isShared(_ left: Owner, _ right: Owner, _ group: [Owner]) -> Bool {
        if left.file == right.file { return true }
        switch (identity(left.file.text), identity(right.file.text)) {
        case (let one?, let other?): return one == other && !one.hasOtherNames
        case (nil, nil): return areOneName(left.image.file, right.image.file, group)
        default: return false
        }
    }

    /// Whether the file system takes both images' names, without their endings, for one: the left one is then found by
    /// the right one's name.
    private func areOneName(_ left: ImageFile, _ right: ImageFile, _ group: [Owner]) -> Bool {
        let ending = left.path.utf8.dropFirst(FileName(left.path).stem.utf8.count)
        let respelled = FileName(FileName(right.path).stem + String(Substring(ending)))
        guard !group.contains(where: { FileName($0.image.file.path) == respelled }) else { return false }
        return identity(left.path).map { $0 == identity(respelled.text) } ?? false
    }

    private func target(for image: Image) -> FileName {
        let file = FileName(file(for: image))
        let target = CaptionFile(path: file.text).target
        guard FileName(target) == file else { return FileName(target) }
        return FileName((folders[FileName(file.folder)] ?? file.folder) + "/" + file.last)
    }

    private static func key(_ file: FileName) -> Int { folded(file).hashValue }

    private static func folded(_ file: FileName) -> String {
        // Capitals of some letters are two: the one of ß is SS.
        file.text.uppercased().lowercased()
    }
}
