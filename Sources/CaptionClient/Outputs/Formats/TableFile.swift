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
        /// Records that have a caption, and where they are.
        var captioned: [FileName: Range<Int>]
        /// Images whose records have a successor of this run.
        var superseded: Set<FileName> = []
        var known: Set<FileName>
    }

    /// Opens or makes the file.
    /// - Throws: `ClientError.unwritable`, `.fileInUse`, `.listUnread`, `.notTable`.
    init(path: String, form: any TableForm, gate: AtomicFileWriter) throws(ClientError) {
        (self.form, self.gate) = (form, gate)
        file = try GrowingFile(path: path)
        let content = try file.content()
        let (records, end) = form.records(content)
        var (captioned, known): ([FileName: Range<Int>], Set<FileName>) = ([:], [])
        func add(_ record: Data, _ number: Int) throws(ClientError) {
            if record.allSatisfy({ $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) { return }
            guard let row = form.row(record) else { throw .notTable(file: path, record: number) }
            known.insert(FileName(row.name))
            if !row.text.isEmpty { captioned[FileName(row.name)] = record.startIndex..<record.endIndex }
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

    func contains(_ name: String) -> Bool { state.withLock { $0.captioned[FileName(name)] != nil } }

    func captions(of name: String) -> (text: String?, tags: String?) {
        let range = state.withLock { $0.captioned[FileName(name)] }
        return (range.flatMap(file.bytes).flatMap(form.row)?.text, nil)
    }

    func append(_ entry: CaptionEntry) throws(ClientError) {
        let record = form.record(entry)
        let name = FileName(entry.image.name)
        let result = state.withLock { state in
            Result { () throws(ClientError) in
                try file.write(record, at: state.end)
                state.captioned[name] = state.end..<state.end + record.count
                state.end += record.count
                if !state.known.insert(name).inserted { state.superseded.insert(name) }
            }
        }
        try result.get()
    }

    /// Leaves of each image that was captioned anew only the last record.
    func finish() throws(ClientError) {
        file.synchronize()
        let superseded = state.withLock { $0.superseded }
        guard !superseded.isEmpty else { return }
        guard !file.isReplaced else { throw .listReplaced(file.path) }
        let (records, _) = form.records(try file.content())
        var merged: [FileName: Data] = [:]
        for record in records {
            guard let name = form.row(record).map({ FileName($0.name) }), superseded.contains(name) else { continue }
            merged[name] = merged[name].map { form.merged($0, record) } ?? record
        }
        let kept = records.reversed().compactMap { record in
            guard let name = form.row(record).map({ FileName($0.name) }), superseded.contains(name) else {
                return record
            }
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
    /// The image's path and its caption, which may be empty; `nil` for what is no record.
    func row(_ record: Data) -> (name: String, text: String)?
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

    func row(_ record: Data) -> (name: String, text: String)? {
        guard let row = try? JSONDecoder().decode(Row.self, from: record) else { return nil }
        return (row.file_name, row.text ?? "")
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

    func mayBeHalf(_ bytes: Data) -> Bool { HalfLine.isOne(bytes, beginning: #"{"file_name":""#) }
}

/// Comma-separated values (RFC 4180), with the heads that Hugging Face's datasets look for.
struct CommaSeparated: TableForm {
    let head = Data("file_name,text\n".utf8)

    func isHead(_ record: Data) -> Bool { Self.fields(record) == ["file_name", "text"] }

    func records(_ content: Data) -> (records: [Data], end: Int) {
        var (records, start, state): ([Data], Int, State) = ([], 0, .start)
        for (index, byte) in content.enumerated() {
            state = state.next(byte)
            guard state == .end else { continue }
            records.append(content[start...index])
            (start, state) = (index + 1, .start)
        }
        return (records, start)
    }

    func row(_ record: Data) -> (name: String, text: String)? {
        guard let fields = Self.fields(record), fields.count == 2, !fields[0].isEmpty else { return nil }
        return (fields[0], fields[1])
    }

    /// A caption always has its quotes: so what was cut off is never taken for a shorter one.
    func record(_ entry: CaptionEntry) -> Data {
        let name = entry.image.name
        let isPlain = !name.utf8.contains { ",\"\r\n".utf8.contains($0) }
        return Data("\(isPlain ? name : Self.quoted(name)),\(Self.quoted(entry.caption))\n".utf8)
    }

    func merged(_ old: Data, _ new: Data) -> Data { new }

    func isWhole(_ bytes: Data) -> Bool { row(bytes) != nil }

    /// Quotes that are not closed, in a caption or in a name; behind a line feed in them comes no other record, as it does
    /// where a user has forgotten a quote.
    func mayBeHalf(_ bytes: Data) -> Bool {
        Self.fields(bytes) == nil
            && !bytes.split(separator: UInt8(ascii: "\n")).dropFirst().contains { row(Data($0)) != nil }
    }

    private static func quoted(_ text: String) -> String { "\"" + text.replacing("\"", with: "\"\"") + "\"" }

    /// Where in a record a byte stands. Quotes mean something at the beginning of a field only.
    private enum State {
        case start, plain, quoted
        /// Behind a quote within quotes: the end, or one of two that are one.
        case behindQuote
        case end

        func next(_ byte: UInt8) -> State {
            switch (self, byte) {
            case (.quoted, UInt8(ascii: "\"")): .behindQuote
            case (.quoted, _): .quoted
            case (.start, UInt8(ascii: "\"")), (.behindQuote, UInt8(ascii: "\"")): .quoted
            case (_, UInt8(ascii: ",")): .start
            case (_, UInt8(ascii: "\n")): .end
            default: .plain
            }
        }
    }

    /// The fields of a record; `nil` when its quotes are not closed.
    private static func fields(_ record: Data) -> [String]? {
        var (fields, field, state): ([String], [UInt8], State) = ([], [], .start)
        var bytes = Array(record)
        while let last = bytes.last, last == UInt8(ascii: "\n") || last == UInt8(ascii: "\r") { bytes.removeLast() }
        for byte in bytes {
            let next = state.next(byte)
            if next == .start {
                fields.append(String(decoding: field, as: UTF8.self))
                field = []
            } else if !(next == .behindQuote || state == .start && next == .quoted) {
                field.append(byte)
            }
            state = next
        }
        return state == .quoted ? nil : fields + [String(decoding: field, as: UTF8.self)]
    }
}
