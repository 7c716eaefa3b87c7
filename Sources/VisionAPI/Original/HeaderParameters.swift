import Foundation

/// A header's value with its parameters, such as `form-data; name="image"; filename="cat.jpg"`.
struct HeaderParameters: Equatable {
    /// What stands before the first semicolon, in small letters.
    let value: String
    /// By name in small letters; of equal names the first counts.
    private(set) var parameters: [String: String] = [:]

    init(_ text: some Collection<UInt8>) {
        var reader = Reader(text: Array(text))
        value = reader.word().lowercased()
        while reader.skipToParameter() {
            let name = reader.word().lowercased()
            guard let text = reader.value() else { continue }
            if parameters[name] == nil { parameters[name] = text }
        }
    }

    /// Walks through the text; each of its steps goes on, or is at the end.
    private struct Reader {
        let text: [UInt8]
        private var position = 0

        init(text: [UInt8]) {
            self.text = text
        }

        private var next: UInt8? { position < text.count ? text[position] : nil }

        /// Whether there is another parameter.
        mutating func skipToParameter() -> Bool {
            while let byte = next, byte != UInt8(ascii: ";") {
                position += byte == UInt8(ascii: "\"") ? quoted().skipped : 1
            }
            guard next != nil else { return false }
            position += 1
            return true
        }

        /// Up to a semicolon or an equals sign, without the space around it.
        mutating func word() -> String {
            let start = position
            while let byte = next, byte != UInt8(ascii: ";"), byte != UInt8(ascii: "=") { position += 1 }
            return Self.trimmed(text[start..<position])
        }

        /// What follows an equals sign.
        mutating func value() -> String? {
            guard next == UInt8(ascii: "=") else { return nil }
            position += 1
            while next == UInt8(ascii: " ") || next == UInt8(ascii: "\t") { position += 1 }
            if next == UInt8(ascii: "\"") {
                let (string, skipped) = quoted()
                position += skipped
                return string
            }
            let start = position
            while let byte = next, byte != UInt8(ascii: ";") { position += 1 }
            return Self.trimmed(text[start..<position])
        }

        /// What stands in quotes, and how many bytes that takes with them; a backslash stands before a quote or itself.
        private func quoted() -> (string: String, skipped: Int) {
            var (bytes, place) = ([UInt8](), position + 1)
            while place < text.count, text[place] != UInt8(ascii: "\"") {
                let next = place + 1 < text.count ? text[place + 1] : 0
                let isEscaped = next == UInt8(ascii: "\"") || next == UInt8(ascii: "\\")
                if text[place] == UInt8(ascii: "\\"), isEscaped { place += 1 }
                bytes.append(text[place])
                place += 1
            }
            return (String(decoding: bytes, as: UTF8.self), min(place + 1, text.count) - position)
        }

        private static func trimmed(_ bytes: ArraySlice<UInt8>) -> String {
            String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespaces)
        }
    }
}
