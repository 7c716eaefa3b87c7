import Foundation
import Logging

/// How entries of the log are written, one a line: whatever is in an entry, it can neither break nor forge a line.
enum LogFormat: String, CaseIterable {
    /// `2026-01-31T12:00:00+0000 info vision-server: [VisionAPI] message key=value`
    case text
    /// `{"time":"2026-01-31T12:00:00.000Z","level":"info","message":"message","key":"value"}`
    case json

    /// The line, with its end.
    func line(_ event: LogEvent, _ metadata: Logger.Metadata, label: String, at time: LogTime) -> String {
        switch self {
        case .text: text(event, metadata, label, time)
        case .json: json(event, metadata, time)
        }
    }

    private func text(_ event: LogEvent, _ metadata: Logger.Metadata, _ label: String, _ time: LogTime) -> String {
        let fields = metadata.sorted { $0.key < $1.key }.map { " \(Self.word($0))=\(Self.word("\($1)"))" }
        let message = Self.visible(event.message.description)
        return "\(time.local) \(event.level) \(label): [\(event.source)] \(message)\(fields.joined())\n"
    }

    /// A value as it is where it is one plain word, else between quotes.
    private static func word(_ text: String) -> String {
        let special = [UInt8(ascii: "\""), UInt8(ascii: "\\")]
        if !text.isEmpty && text.utf8.allSatisfy({ $0 > 0x20 && !special.contains($0) }) { return visible(text) }
        let escaped = text.unicodeScalars.reduce(into: "") { escaped, scalar in
            if scalar == "\"" || scalar == "\\" { escaped.unicodeScalars.append("\\") }
            escaped.unicodeScalars.append(scalar)
        }
        return "\"\(visible(escaped))\""
    }

    /// What would move a terminal's cursor, or end the line, is written out.
    private static func visible(_ text: String) -> String {
        guard text.utf8.contains(where: { !(0x20...0x7E).contains($0) }) else { return text }
        return text.unicodeScalars.reduce(into: "") { line, scalar in
            line += isHarmless(scalar) ? String(scalar) : scalar.escaped(asASCII: true)
        }
    }

    private static func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: false
        default: true
        }
    }

    private func json(_ event: LogEvent, _ metadata: Logger.Metadata, _ time: LogTime) -> String {
        let head: [(String, Logger.MetadataValue)] = [
            ("time", .string(time.universal)), ("level", .string(event.level.rawValue)),
            ("message", .string(event.message.description)),
        ]
        let names = Set(head.map(\.0))
        let fields = metadata.sorted { $0.key < $1.key }.filter { !names.contains($0.key) }
        let pairs = (head + fields.map { ($0.key, $0.value) }).map { "\(Self.quoted($0)):\(Self.json($1))" }
        return "{\(pairs.joined(separator: ","))}\n"
    }

    private static func json(_ value: Logger.MetadataValue) -> String {
        switch value {
        case .stringConvertible(let number as Int): "\(number)"
        case .string(let text): quoted(text)
        case .stringConvertible(let value): quoted("\(value)")
        case .array(let values): "[\(values.map(json).joined(separator: ","))]"
        case .dictionary(let values):
            "{\(values.sorted { $0.key < $1.key }.map { "\(quoted($0)):\(json($1))" }.joined(separator: ","))}"
        }
    }

    private static func quoted(_ text: String) -> String {
        text.unicodeScalars.reduce(into: "\"") { quoted, scalar in
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case _ where isHarmless(scalar): quoted.unicodeScalars.append(scalar)
            default: quoted += String(scalar).utf16.map(escape).joined()
            }
        } + "\""
    }

    private static func escape(_ unit: UInt16) -> String {
        let digits = String(unit, radix: 16)
        return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
}

/// The moment of an entry, in words.
struct LogTime {
    /// In the machine's own time zone, to the second.
    let local: String
    /// In UTC, to the millisecond.
    let universal: String

    /// Now.
    init() {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        var (there, here) = (tm(), tm())
        gmtime_r(&now.tv_sec, &there)
        localtime_r(&now.tv_sec, &here)
        local = Self.text(&here, "%Y-%m-%dT%H:%M:%S%z")
        let milliseconds = "\(1000 + now.tv_nsec / 1_000_000)".dropFirst()
        universal = Self.text(&there, "%Y-%m-%dT%H:%M:%S.") + milliseconds + "Z"
    }

    private static func text(_ time: inout tm, _ format: String) -> String {
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, format, &time)
        return String(decoding: buffer[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
}
