/// A file's name or path, compared by its bytes: to a file system two ways to write an accent are two names, to Swift's
/// `String` they are one.
package struct FileName: Sendable, Hashable, Comparable, CustomStringConvertible {
    package let text: String

    package init(_ text: String) {
        self.text = text
    }

    package var description: String { text }

    package static func == (left: Self, right: Self) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package static func < (left: Self, right: Self) -> Bool {
        left.text.utf8.lexicographicallyPrecedes(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
        hasher.combine(UInt8(ascii: "/"))
    }

    /// What follows the last dot, its ASCII letters in lower case; `nil` when nothing stands before the dot.
    package var ending: String? {
        let name = last.utf8
        guard let dot = name.lastIndex(of: UInt8(ascii: ".")), dot > name.startIndex else { return nil }
        return Self.lowercased(name[name.index(after: dot)...])
    }

    /// The path without its ending and the dot before that.
    var stem: String {
        guard ending != nil, let dot = text.utf8.lastIndex(of: UInt8(ascii: ".")) else { return text }
        return String(text[..<dot])
    }

    /// The path's last part.
    var last: Substring {
        guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return text[...] }
        return text[text.utf8.index(after: slash)...]
    }

    /// The path of the folder that it is in.
    var folder: String {
        guard let slash = text.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
        return slash == text.startIndex ? "/" : String(text[..<slash])
    }

    /// The words of the path. A slash parts them, whatever stands behind it: to a `String` a slash and an accent behind it
    /// are one letter.
    private var words: [String] {
        text.utf8.split(separator: UInt8(ascii: "/")).map { String(decoding: $0, as: UTF8.self) }
    }

    /// Whether the path goes up to another folder anywhere.
    var leadsUp: Bool { words.contains { $0.utf8.elementsEqual("..".utf8) } }

    /// An absolute path without words that say nothing: `.` and what is between two slashes.
    var plain: String { "/" + words.filter { !$0.utf8.elementsEqual(".".utf8) }.joined(separator: "/") }

    /// The path without words that lead out of a folder, or nowhere.
    var withoutSteps: String {
        words.filter { ![Array("..".utf8), Array(".".utf8)].contains(Array($0.utf8)) }.joined(separator: "/")
    }

    /// A text with its ASCII letters in lower case.
    static func lowercased(_ text: some Sequence<UInt8>) -> String {
        String(decoding: text.map { (0x41...0x5A).contains($0) ? $0 | 0x20 : $0 }, as: UTF8.self)
    }
}
