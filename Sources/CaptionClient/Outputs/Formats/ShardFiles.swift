import Foundation
import Synchronization

/// Tar shards of WebDataset: of each image the file itself, a `.json` that names it, and its caption in a `.txt`.
///
/// A shard that is being filled is called `.tar.part`. Its samples are whole but for the last one, which goes when a run is
/// gone on with.
final class ShardFiles: CaptionCollection {
    private let folder: String
    private let maxCount: Int
    private let state: Mutex<State>
    /// Bytes after which a shard is full.
    private static let maxSize = 1 << 30

    private struct State {
        var names: Set<FileName> = []
        var keys: Set<String> = []
        var number = 0
        var count = 0
        var end = 0
        var file: GrowingFile?
    }

    private struct Label: Codable {
        let file_name: String
        let text: String
    }

    /// Opens or makes the folder.
    /// - Parameter maxCount: Images of a shard.
    /// - Throws: `ClientError.unwritable`, `.fileInUse`.
    init(folder: String, maxCount: Int) throws(ClientError) {
        (self.folder, self.maxCount) = (folder, max(maxCount, 1))
        guard mkdir(folder, 0o777) == 0 || errno == EEXIST else {
            throw .unwritable(file: folder, reason: SystemReason.text(errno: errno))
        }
        var state = State()
        for name in FolderListing(path: folder).entries.map(\.name).sorted() where name.hasSuffix(".tar") {
            guard let number = Self.number(name) else { continue }
            state.number = max(state.number, number + 1)
            let descriptor = open(folder + "/" + name, O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            _ = Self.look(descriptor, &state)
        }
        let part = try GrowingFile(path: Self.path(folder, state.number) + ".part")
        let descriptor = open(part.path, O_RDONLY | O_CLOEXEC)
        defer { close(descriptor) }
        let isOurs = Self.isOurs(descriptor)
        guard isOurs else { throw .notTable(file: part.path, record: 1) }
        (state.count, state.end) = Self.look(descriptor, &state)
        try part.write(Data(), at: state.end)
        state.file = part
        self.state = Mutex(state)
    }

    /// The images that are in the shards of a folder, which is only looked at.
    static func captioned(in folder: String) -> Set<FileName> {
        var state = State()
        for name in FolderListing(path: folder).entries.map(\.name)
        where name.hasSuffix(".tar") || name.hasSuffix(".part") {
            let descriptor = open(folder + "/" + name, O_RDONLY | O_CLOEXEC)
            defer { close(descriptor) }
            _ = look(descriptor, &state)
        }
        return state.names
    }

    /// The number of a shard's name: six digits, or up to nine.
    private static func number(_ name: String) -> Int? {
        let digits = name.dropLast(4)
        return (6...9).contains(digits.count) && digits.allSatisfy { $0.isASCII && $0.isNumber } ? Int(digits) : nil
    }

    /// Whether a file is empty or begins as a shard of this class does: of nobody, from the beginning of time.
    private static func isOurs(_ descriptor: Int32) -> Bool {
        guard SystemRead.bytes(descriptor, 1, at: 0) != nil else { return true }
        guard let block = SystemRead.bytes(descriptor, TarHeader.size, at: 0), let header = TarHeader(block) else {
            return false
        }
        guard header.kind == UInt8(ascii: "L") else {
            return TarHeader(name: header.name, count: header.count).bytes == block
        }
        // A long name comes before its header.
        guard header.count <= 1 << 16,
            let long = SystemRead.bytes(descriptor, header.count, at: TarHeader.size),
            let bytes = SystemRead.bytes(descriptor, 2 * TarHeader.size + header.paddedCount, at: 0),
            let file = TarHeader(Data(bytes.suffix(TarHeader.size)))
        else { return false }
        let name = String(decoding: long.prefix { $0 != 0 }, as: UTF8.self)
        return TarHeader(name: name, count: file.count).bytes == bytes
    }

    /// Takes note of the whole samples of a shard; answers how many there are and where the last one ends.
    private static func look(_ descriptor: Int32, _ state: inout State) -> (count: Int, end: Int) {
        var (count, end): (Int, Int) = (0, 0)
        var label: Label?
        for entry in TarEntries(descriptor).entries {
            if entry.name.hasSuffix(".json"), entry.count < 1 << 24 {
                label = SystemRead.bytes(descriptor, entry.count, at: entry.offset).flatMap {
                    try? JSONDecoder().decode(Label.self, from: $0)
                }
            }
            guard entry.name.hasSuffix(".txt"), let known = label else { continue }
            state.names.insert(FileName(known.file_name))
            state.keys.insert(String(entry.name.dropLast(4)))
            (count, end, label) = (count + 1, entry.end, nil)
        }
        return (count, end)
    }

    func contains(_ name: String) -> Bool { state.withLock { $0.names.contains(FileName(name)) } }

    /// The captions in shards are not read again.
    func captions(of name: String) -> (text: String?, tags: String?) { (nil, nil) }

    func append(_ entry: CaptionEntry) throws(ClientError) {
        let image = try Self.bytes(entry.image.file)
        let result = state.withLock { state in
            Result { () throws(ClientError) in try append(entry, image, &state) }
        }
        try result.get()
    }

    private func append(_ entry: CaptionEntry, _ image: Data, _ state: inout State) throws(ClientError) {
        if state.file == nil { state.file = try GrowingFile(path: Self.path(folder, state.number) + ".part") }
        guard let file = state.file else { return }
        let key = Self.key(entry.image.member?.name ?? entry.image.name, taken: state.keys)
        let label = try? AnyJSON.line(Label(file_name: entry.image.name, text: entry.caption))
        let ending = FileName(entry.image.name).ending ?? "jpg"
        let sample =
            Self.member(key + "." + ending, image) + Self.member(key + ".json", Data((label ?? "{}").utf8))
            + Self.member(key + ".txt", Data(entry.caption.utf8))
        try file.write(sample, at: state.end)
        state.names.insert(FileName(entry.image.name))
        state.keys.insert(key)
        state.end += sample.count
        state.count += 1
        if state.count >= maxCount || state.end >= Self.maxSize { try endShard(&state) }
    }

    func finish() throws(ClientError) {
        let result = state.withLock { state in Result { () throws(ClientError) in try endShard(&state) } }
        try result.get()
    }

    /// Ends a shard and gives it its name.
    private func endShard(_ state: inout State) throws(ClientError) {
        guard let file = state.file else { return }
        guard state.count > 0 else {
            unlink(file.path)
            state.file = nil
            return
        }
        try file.write(Data(count: 2 * TarHeader.size), at: state.end)
        file.synchronize()
        guard rename(file.path, Self.path(folder, state.number)) == 0 else {
            throw .unwritable(file: file.path, reason: SystemReason.text(errno: errno))
        }
        (state.file, state.count, state.end, state.number) = (nil, 0, 0, state.number + 1)
    }

    private static func path(_ folder: String, _ number: Int) -> String {
        let digits = "\(number)"
        return folder + "/" + String(repeating: "0", count: max(6 - digits.count, 0)) + digits + ".tar"
    }

    /// WebDataset takes for the key what stands before the first dot of a name, so no other dot may be in it.
    private static func key(_ name: String, taken: Set<String>) -> String {
        let stem = FileName(name).stem
        let folder = FileName(stem).folder
        let bare = FileName(stem).last.replacing(".", with: "_")
        let key = folder == "." ? String(bare) : folder + "/" + bare
        guard taken.contains(key) else { return key }
        return (2...).lazy.map { "\(key)_\($0)" }.first { !taken.contains($0) } ?? key
    }

    private static func member(_ name: String, _ bytes: Data) -> Data {
        let header = TarHeader(name: name, count: bytes.count)
        return header.bytes + bytes + Data(count: header.paddedCount - bytes.count)
    }

    private static func bytes(_ file: ImageFile) throws(ClientError) -> Data {
        let handle = try file.open()
        do {
            return try SystemRead.whole(handle.fileDescriptor)
        } catch {
            throw .unreadable("The file cannot be read: \(SystemReason.text(error)).")
        }
    }
}
