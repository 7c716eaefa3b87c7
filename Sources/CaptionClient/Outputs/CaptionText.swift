import Foundation

/// The text that a caption file or an image's description gets.
package struct CaptionText: Sendable, Equatable {
    package let text: String
    /// Whether the server answered with text, not with places in the image.
    package let isText: Bool

    /// A server's result between a prefix and a suffix; a result that is no text becomes one line of JSON.
    /// - Throws: `ClientError.emptyCaption`.
    package init(_ result: AnyJSON, prefix: String = "", suffix: String = "") throws {
        if case .string(let answer) = result {
            let trimmed = Self.trimmed(Self.readable(answer))
            guard !trimmed.isEmpty else { throw ClientError.emptyCaption }
            text = prefix + trimmed + suffix
            isText = true
        } else {
            guard result != .null else { throw ClientError.emptyCaption }
            text = try AnyJSON.line(result)
            isText = false
        }
    }

    /// The parts of a list of tags, each once, in their order.
    package var tags: [String] {
        Self.unique(text.split { $0 == "," || $0.isNewline }.map { $0.trimmingCharacters(in: .whitespaces) })
    }

    /// A text without what no text has: a file with a control in it would be taken for something else.
    private static func readable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.filter {
                    !$0.isASCII || !CaptionFile.isControl(UInt8(truncatingIfNeeded: $0.value))
                }))
    }

    /// A text without white space at its ends.
    static func trimmed(_ text: String) -> String {
        var scalars = text.unicodeScalars[...]
        while scalars.first?.properties.isWhitespace ?? false { scalars.removeFirst() }
        while scalars.last?.properties.isWhitespace ?? false { scalars.removeLast() }
        return String(scalars)
    }

    static func unique(_ tags: [String]) -> [String] {
        var seen: Set<String> = []
        return tags.filter { !$0.isEmpty && seen.insert($0.lowercased()).inserted }
    }
}

/// What becomes of a caption that is there already.
package enum ExistingCaption: Sendable, Equatable {
    case skip
    case overwrite
    case append(separator: String)
    case prepend(separator: String)

    /// The old and the new caption together. A caption that was added before is not added again, so that a run that was
    /// interrupted can be repeated.
    package func combine(_ old: String?, _ new: String) -> String {
        guard let old, !old.isEmpty else { return new }
        switch self {
        case .skip, .overwrite:
            return new
        case .append(let separator):
            return old == new || old.hasSuffix(separator + new) ? old : old + separator + new
        case .prepend(let separator):
            return old == new || old.hasPrefix(new + separator) ? old : new + separator + old
        }
    }
}
