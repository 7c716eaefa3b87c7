import Foundation
import Synchronization

/// `meta_cap.json` of kohya's sd-scripts: one JSON object, an image a line, whole after each image.
///
/// Its scripts find an image by its name without the ending in one folder, and by its full path in all others.
final class KohyaFile: CaptionCollection {
    private let file: GrowingFile
    private let folder: String
    private let gate: AtomicFileWriter
    private let state: Mutex<State>

    private typealias Fields = [String: AnyJSON]

    private struct State {
        var entries: [FileName: Fields]
        /// Which image a name without its ending stands for.
        var owners: [FileName: String] = [:]
        /// Where the closing brace stands, with the line feed before it.
        var end: Int
        var isSuperseded = false
    }

    private static let tail = Data("\n}\n".utf8)

    /// Opens or makes the file.
    /// - Parameter folder: The path of the folder with the images.
    /// - Throws: `ClientError.unwritable`, `.fileInUse`, `.listUnread`, `.notTable`.
    init(path: String, folder: String, gate: AtomicFileWriter) throws(ClientError) {
        (self.folder, self.gate) = (folder, gate)
        var file = try GrowingFile(path: path)
        let content = try file.content()
        guard let entries = Self.entries(content) else { throw .notTable(file: path, record: 1) }
        let text = Self.text(entries)
        if content.isEmpty {
            try file.write(text + Self.tail, at: 0)
        } else if content != text + Self.tail {
            // What others wrote, or an interruption left, is replaced as a whole.
            try gate.replace(path, with: text + Self.tail)
            file = try GrowingFile(path: path)
        }
        self.file = file
        state = Mutex(State(entries: entries, end: text.count))
    }

    func contains(_ name: String) -> Bool {
        state.withLock { state in
            let key = key(name, &state)
            return [key, fullPath(name)].contains { Self.hasCaption(state.entries[FileName($0)]) }
        }
    }

    func captions(of name: String) -> (text: String?, tags: String?) {
        let fields = state.withLock { state in
            state.entries[FileName(key(name, &state))] ?? state.entries[FileName(fullPath(name))]
        }
        func text(_ field: String) -> String? { if case .string(let text) = fields?[field] { text } else { nil } }
        return (text("caption"), text("tags"))
    }

    func append(_ entry: CaptionEntry) throws(ClientError) {
        let result = state.withLock { state in
            Result { () throws(ClientError) in
                let key = key(entry.image.name, &state)
                var fields = state.entries[FileName(key)] ?? [:]
                for (name, isTags) in [("caption", false), ("tags", true)] {
                    let texts = zip(entry.captions, entry.areTags).filter { $1 == isTags }.map(\.0)
                    if !texts.isEmpty { fields[name] = .string(texts.joined(separator: ", ")) }
                }
                let line = Data(((state.entries.isEmpty ? "\n" : ",\n") + Self.line(key, fields)).utf8)
                try file.write(line + Self.tail, at: state.end, before: Self.tail)
                state.end += line.count
                if state.entries.updateValue(fields, forKey: FileName(key)) != nil { state.isSuperseded = true }
            }
        }
        try result.get()
    }

    /// Leaves of each image only the last line.
    func finish() throws(ClientError) {
        file.synchronize()
        let entries = state.withLock { $0.isSuperseded ? $0.entries : nil }
        guard let entries else { return }
        guard !file.isReplaced else { throw .listReplaced(file.path) }
        try gate.replace(file.path, with: Self.text(entries) + Self.tail)
    }

    private func fullPath(_ name: String) -> String { folder + "/" + name }

    private func key(_ name: String, _ state: inout State) -> String {
        let stem = FileName(FileName(name).stem)
        guard !name.utf8.contains(UInt8(ascii: "/")) else { return fullPath(name) }
        let owner = state.owners[stem] ?? name
        state.owners[stem] = owner
        return FileName(owner) == FileName(name) ? stem.text : fullPath(name)
    }

    private static func hasCaption(_ fields: Fields?) -> Bool {
        ["caption", "tags"].contains { if case .string(let text) = fields?[$0] { !text.isEmpty } else { false } }
    }

    /// What a file holds: all of it, or the whole lines of one of ours whose last line was cut off; `nil` for all else.
    private static func entries(_ content: Data) -> [FileName: Fields]? {
        if content.isEmpty { return [:] }
        let end = Data("\n}\n".utf8)
        if content.suffix(end.count) == end, let entries = lines(content.dropLast(end.count)) { return entries }
        // What is whole JSON was not cut off.
        if (try? JSONDecoder().decode(AnyJSON.self, from: content)) != nil {
            let entries = try? JSONDecoder().decode([String: Fields].self, from: content)
            return entries.map { Dictionary($0.map { (FileName($0.key), $0.value) }) { first, _ in first } }
        }
        let start = content.lastIndex(of: UInt8(ascii: "\n")).map { content.index(after: $0) } ?? content.startIndex
        let last = Data(content[start...])
        if entry(last) == nil, last != Data("}".utf8), !last.isEmpty {
            return isHalf(last) ? lines(content[..<start]) : nil
        }
        return lines(last == Data("}".utf8) ? content[..<start] : content)
    }

    /// The lines of one of ours, each of which is an image; to a dictionary of strings two ways to write an accent are one.
    private static func lines(_ content: Data) -> [FileName: Fields]? {
        var lines = content.split(separator: UInt8(ascii: "\n"))
        guard lines.first?.elementsEqual("{".utf8) ?? false else { return nil }
        lines.removeFirst()
        var entries: [FileName: Fields] = [:]
        for line in lines {
            guard let entry = entry(Data(line)) else { return nil }
            entries[entry.key] = entry.value
        }
        return entries
    }

    /// What a line says of its image; `nil` for a line of another kind.
    private static func entry(_ line: Data) -> (key: FileName, value: Fields)? {
        let bare = line.last == UInt8(ascii: ",") ? line.dropLast() : line
        let object = Data("{".utf8) + bare + Data("}".utf8)
        guard bare.first == UInt8(ascii: "\""),
            let entry = try? JSONDecoder().decode([String: Fields].self, from: object), let only = entry.first,
            entry.count == 1
        else { return nil }
        return (FileName(only.key), only.value)
    }

    /// Whether a line can be one of ours that was cut off: a key, a colon and an object that does not end.
    private static func isHalf(_ line: Data) -> Bool {
        guard line.first == UInt8(ascii: "\"") else { return false }
        var isEscaped = false
        let end = line.dropFirst().firstIndex { byte in
            defer { isEscaped = !isEscaped && byte == UInt8(ascii: "\\") }
            return !isEscaped && byte == UInt8(ascii: "\"")
        }
        guard let end else { return true }
        let rest = Data(line[(end + 1)...])
        return Data(":{".utf8).starts(with: rest) || rest.starts(with: ":{".utf8) && HalfLine.isOpen(rest)
    }

    /// The file up to its closing brace.
    private static func text(_ entries: [FileName: Fields]) -> Data {
        let lines = entries.sorted { $0.key < $1.key }.map { line($0.key.text, $0.value) }
        return Data(("{" + (lines.isEmpty ? "" : "\n") + lines.joined(separator: ",\n")).utf8)
    }

    private static func line(_ key: String, _ fields: Fields) -> String {
        // Strings and numbers that were read can always be written.
        let object = (try? AnyJSON.line([key: fields])) ?? "{}"
        return String(object.dropFirst().dropLast())
    }
}
