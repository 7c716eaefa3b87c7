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
        var entries: [String: Fields]
        /// Which image a name without its ending stands for.
        var owners: [String: String] = [:]
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
            return [key, fullPath(name)].contains { Self.hasCaption(state.entries[$0]) }
        }
    }

    func append(_ entry: CaptionEntry) throws(ClientError) {
        let result = state.withLock { state in
            Result { () throws(ClientError) in
                let key = key(entry.image.name, &state)
                var fields = state.entries[key] ?? [:]
                for (name, isTags) in [("caption", false), ("tags", true)] {
                    let texts = zip(entry.captions, entry.areTags).filter { $1 == isTags }.map(\.0)
                    if !texts.isEmpty { fields[name] = .string(texts.joined(separator: ", ")) }
                }
                let line = Data(((state.entries.isEmpty ? "\n" : ",\n") + Self.line(key, fields)).utf8)
                try file.write(line + Self.tail, at: state.end, before: Self.tail)
                state.end += line.count
                if state.entries.updateValue(fields, forKey: key) != nil { state.isSuperseded = true }
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
        let stem = FileName(name).stem
        guard !name.utf8.contains(UInt8(ascii: "/")) else { return fullPath(name) }
        let owner = state.owners[stem] ?? name
        state.owners[stem] = owner
        return FileName(owner) == FileName(name) ? stem : fullPath(name)
    }

    private static func hasCaption(_ fields: Fields?) -> Bool {
        ["caption", "tags"].contains { if case .string(let text) = fields?[$0] { !text.isEmpty } else { false } }
    }

    /// What a file holds: all of it, or the whole lines of one of ours that was cut off.
    private static func entries(_ content: Data) -> [String: Fields]? {
        if content.isEmpty { return [:] }
        if let entries = try? JSONDecoder().decode([String: Fields].self, from: content) { return entries }
        let lines = content.split(separator: UInt8(ascii: "\n"))
        guard lines.first?.elementsEqual("{".utf8) ?? false else { return nil }
        var entries: [String: Fields] = [:]
        for line in lines.dropFirst() {
            let bare = line.last == UInt8(ascii: ",") ? line.dropLast() : line
            let object = Data("{".utf8) + bare + Data("}".utf8)
            guard let entry = try? JSONDecoder().decode([String: Fields].self, from: object) else { break }
            entries.merge(entry) { $1 }
        }
        return entries
    }

    /// The file up to its closing brace.
    private static func text(_ entries: [String: Fields]) -> Data {
        let lines = entries.sorted { $0.key < $1.key }.map { line($0.key, $0.value) }
        return Data(("{" + (lines.isEmpty ? "" : "\n") + lines.joined(separator: ",\n")).utf8)
    }

    private static func line(_ key: String, _ fields: Fields) -> String {
        // Strings and numbers that were read can always be written.
        let object = (try? AnyJSON.line([key: fields])) ?? "{}"
        return String(object.dropFirst().dropLast())
    }
}
