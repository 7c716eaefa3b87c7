import Foundation

/// Server-sent events, as their bytes come.
package struct ServerEvents {
    package struct Event: Equatable {
        package let name: String
        package let data: String
    }

    private var bytes: [UInt8] = []
    private var name = ""
    private var data: [String] = []

    package init() {}

    /// Bytes that wait for the rest of their line.
    package var count: Int { bytes.count + data.reduce(0) { $0 + $1.utf8.count } }

    /// The events that are whole with these bytes.
    package mutating func take(_ more: [UInt8]) -> [Event] {
        bytes += more
        var events: [Event] = []
        var start = 0
        while let end = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) {
            var line = String(decoding: bytes[start..<end], as: UTF8.self)
            if line.utf8.last == UInt8(ascii: "\r") { line.unicodeScalars.removeLast() }
            if let event = take(line: line) { events.append(event) }
            start = end + 1
        }
        bytes.removeFirst(start)
        return events
    }

    private mutating func take(line: String) -> Event? {
        guard line.isEmpty else {
            let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = parts.count > 1 ? parts[1].drop { $0 == " " } : ""
            if parts[0] == "event" { name = String(value) }
            if parts[0] == "data" { data.append(String(value)) }
            return nil
        }
        defer { (name, data) = ("", []) }
        return name.isEmpty && data.isEmpty ? nil : Event(name: name, data: data.joined(separator: "\n"))
    }
}
