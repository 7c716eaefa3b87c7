import Foundation
import Synchronization

/// A file with a record for each image: lines of JSON, or of comma-separated values.
final class TableFile: CaptionCollection {
    private let file: GrowingFile
    private let form: any TableForm
    private let gate: AtomicFileWriter
    private let state: Mutex<State>

    private struct State {
        var end: Int
        /// Records that have a caption.
        var captioned: Set<FileName>
        /// Whether a record that was there has a successor.
        var isSuperseded = false
        var known: Set<FileName>
    }

    /// Opens or makes the file.
    /// - Throws: `ClientError.unwritable`, `.fileInUse`, `.listUnread`, `.notTable`.
    init(path: String, form: any TableForm, gate: AtomicFileWriter) throws(ClientError) {
        (self.form, self.gate) = (form, gate)
        file = try GrowingFile(path: path)
        let content = try file.content()
        let (records, end) = form.records(content)
        var (captioned, known): (Set<FileName>, Set<FileName>) = ([], [])
        func add(_ record: Data, _ number: Int) throws(ClientError) {
            if record.allSatisfy({ $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) { return }
            guard let row = form.row(record) else { throw .notTable(file: path, record: number) }
            known.insert(FileName(row.name))
            if row.hasCaption { captioned.insert(FileName(row.name)) }
        }
        for (index, record) in records.enumerated() where index > 0 || !form.isHead(record) {
            guard index > 0 || form.head.isEmpty else { throw .notTable(file: path, record: 1) }
            try add(record, index + 1)
        }
        let rest = content[end...]
        var next = end == 0 ? form.head : Data()
        var start = end
        if form.isWhole(rest) {
            // Others may leave out the last line's end.
            try add(rest, records.count + 1)
            (start, next) = (content.count, Data("\n".utf8))
        } else if !rest.isEmpty {
            let isHalf = end == 0 && !form.head.isEmpty ? form.head.starts(with: rest) : form.mayBeHalf(rest)
            guard isHalf else { throw .notTable(file: path, record: records.count + 1) }
        }
        state = Mutex(State(end: start + next.count, captioned: captioned, known: known))
        if start + next.count != content.count || !next.isEmpty { try file.write(next, at: start) }
    }

    func contains(_ name: String) -> Bool { state.withLock { $0.captioned.contains(FileName(name)) } }

    func append(_ entry: CaptionEntry) throws(ClientError) {
        let record = form.record(entry)
        let name = FileName(entry.image.name)
        let result = state.withLock { state in
            Result { () throws(ClientError) in
                try file.write(record, at: state.end)
                state.end += record.count
                if !state.known.insert(name).inserted { state.isSuperseded = true }
                state.captioned.insert(name)
            }
        }
        try result.get()
    }

    /// Leaves of each image only the last record.
    func finish() throws(ClientError) {
        file.synchronize()
        guard state.withLock({ $0.isSuperseded }) else { return }
        guard !file.isReplaced else { throw .listReplaced(file.path) }
        let (records, _) = form.records(try file.content())
        var merged: [FileName: Data] = [:]
        for record in records {
            guard let name = form.row(record).map({ FileName($0.name) }) else { continue }
            merged[name] = merged[name].map { form.merged($0, record) } ?? record
        }
        let kept = records.reversed().compactMap { record in
            guard let name = form.row(record).map({ FileName($0.name) }) else { return record }
            return merged.removeValue(forKey: name)
        }
        try gate.replace(file.path, with: Data(kept.reversed().joined()))
    }
}

/// How records are written.
protocol TableForm: Sendable {
    /// What stands before all records.
    var head: Data { get }
    func isHead(_ record: Data) -> Bool
    /// The whole records, with their ends, and where the last one ends.
    func records(_ content: Data) -> (records: [Data], end: Int)
    /// The image's path and whether it has a caption; `nil` for what is no record.
    func row(_ record: Data) -> (name: String, hasCaption: Bool)?
    func record(_ entry: CaptionEntry) -> Data
    /// A record that takes the place of another one, with what only that one says.
    func merged(_ old: Data, _ new: Data) -> Data
    /// Whether a record without an end is surely whole.
    func isWhole(_ bytes: Data) -> Bool
    /// Whether a record without an end can be the beginning of one of ours: nothing else is ever removed.
    func mayBeHalf(_ bytes: Data) -> Bool
}

/// `metadata.jsonl` of Hugging Face's datasets.
struct MetadataLines: TableForm {
    let head = Data()

    private struct Row: Codable {
        let file_name: String
        let text: String?
    }

    func isHead(_ record: Data) -> Bool { false }

    func records(_ content: Data) -> (records: [Data], end: Int) {
        var (records, start): ([Data], Int) = ([], 0)
        while let end = content[start...].firstIndex(of: UInt8(ascii: "\n")) {
            records.append(content[start...end])
            start = end + 1
        }
        return (records, start)
    }

    func row(_ record: Data) -> (name: String, hasCaption: Bool)? {
        guard let row = try? JSONDecoder().decode(Row.self, from: record) else { return nil }
        return (row.file_name, !(row.text ?? "").isEmpty)
    }

    func record(_ entry: CaptionEntry) -> Data {
        // Two strings can always be written.
        let line = try? AnyJSON.line(Row(file_name: entry.image.name, text: entry.caption))
        return Data(((line ?? "{}") + "\n").utf8)
    }

    func merged(_ old: Data, _ new: Data) -> Data {
        let fields = [old, new].compactMap { try? JSONDecoder().decode([String: AnyJSON].self, from: $0) }
        let line = try? AnyJSON.line(fields.reduce(into: [:]) { $0.merge($1) { $1 } })
        return line.map { Data(($0 + "\n").utf8) } ?? new
    }

    func isWhole(_ bytes: Data) -> Bool { row(bytes) != nil }

    func mayBeHalf(_ bytes: Data) -> Bool {
        let start = Data(#"{"file_name":""#.utf8)
        return bytes.starts(with: start) || start.starts(with: bytes)
    }
}

/// Comma-separated values (RFC 4180), with the heads that Hugging Face's datasets look for.
struct CommaSeparated: TableForm {
    let head = Data("file_name,text\n".utf8)

    func isHead(_ record: Data) -> Bool { Self.fields(record).prefix(2) == ["file_name", "text"] }

    func records(_ content: Data) -> (records: [Data], end: Int) {
        var (records, start, isQuoted): ([Data], Int, Bool) = ([], 0, false)
        for (index, byte) in content.enumerated() {
            if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
            guard byte == UInt8(ascii: "\n"), !isQuoted else { continue }
            records.append(content[start...index])
            start = index + 1
        }
        return (records, start)
    }

    func row(_ record: Data) -> (name: String, hasCaption: Bool)? {
        let fields = Self.fields(record)
        guard fields.count == 2, !fields[0].isEmpty, !isHead(record) else { return nil }
        return (fields[0], !fields[1].isEmpty)
    }

    func record(_ entry: CaptionEntry) -> Data {
        Data("\(Self.quoted(entry.image.name)),\(Self.quoted(entry.caption))\n".utf8)
    }

    func merged(_ old: Data, _ new: Data) -> Data { new }

    func isWhole(_ bytes: Data) -> Bool { false }

    /// Where no end is, all that tells a half record is that only one is missing its end.
    func mayBeHalf(_ bytes: Data) -> Bool { String(validating: bytes, as: UTF8.self) != nil || bytes.count < 1 << 20 }

    private static func quoted(_ text: String) -> String {
        text.utf8.contains { ",\"\r\n".utf8.contains($0) } ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
    }

    private static func fields(_ record: Data) -> [String] {
        var (fields, field, isQuoted): ([String], [UInt8], Bool) = ([], [], false)
        var bytes = Array(record)
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        for (index, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\"") {
                // Two of them within quotes are one.
                if !isQuoted, index > 0, bytes[index - 1] == byte { field.append(byte) }
                isQuoted.toggle()
            } else if byte == UInt8(ascii: ","), !isQuoted {
                fields.append(String(decoding: field, as: UTF8.self))
                field = []
            } else {
                field.append(byte)
            }
        }
        return fields + [String(decoding: field, as: UTF8.self)]
    }
}
