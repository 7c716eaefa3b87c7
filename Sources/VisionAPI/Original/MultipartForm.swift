import Foundation

/// The parts of a body in multipart/form-data (RFC 7578), as places in its bytes; nothing of it is copied.
package struct MultipartForm {
    /// A field, or a file where it has a file's name.
    package struct Part: Equatable {
        package let name: String
        package let fileName: String?
        /// Where its content stands in the body.
        package let content: Range<Int>
    }

    package static let maxParts = 64
    /// Bytes of the headers of a part.
    static let maxHeaderSize = 8 << 10

    package let parts: [Part]

    /// - Parameter boundary: As the header `Content-Type` names it; `nil` where it does not.
    package init(_ bytes: UnsafeRawBufferPointer, boundary: String?) throws(MultipartError) {
        guard let boundary, !boundary.isEmpty, boundary.utf8.count <= 200 else { throw .noBoundary }
        let scanner = DelimiterScanner(bytes: bytes, delimiter: Array("\r\n--\(boundary)".utf8))
        var parts: [Part] = []
        var delimiter = scanner.first
        while let found = delimiter, case .part(let start) = found.kind {
            guard parts.count < Self.maxParts else { throw .tooManyParts(limit: Self.maxParts) }
            let (headers, content) = try Self.headers(bytes, from: start)
            // The line break before the delimiter is its own, also where the content is nothing.
            guard let end = scanner.next(from: content - 2) else { throw .cutShort }
            let (name, fileName) = try Self.names(headers)
            parts.append(Part(name: name, fileName: fileName, content: content..<max(content, end.start)))
            delimiter = end
        }
        guard delimiter != nil else { throw .cutShort }
        self.parts = parts
    }

    /// The lines of a part's headers, and where its content begins.
    private static func headers(
        _ bytes: UnsafeRawBufferPointer, from start: Int
    ) throws(MultipartError) -> (lines: [[UInt8]], content: Int) {
        var lines: [[UInt8]] = []
        var (position, limit) = (start, min(bytes.count, start + maxHeaderSize))
        while let end = bytes[position..<limit].firstIndex(of: UInt8(ascii: "\n")) {
            let isWhole = bytes[position..<end].last == UInt8(ascii: "\r")
            let line = bytes[position..<(isWhole ? end - 1 : end)]
            position = end + 1
            if line.isEmpty { return (lines, position) }
            lines.append(Array(line))
        }
        throw limit == bytes.count ? .cutShort : .headersTooLarge(limit: maxHeaderSize)
    }

    private static func names(_ headers: [[UInt8]]) throws(MultipartError) -> (name: String, fileName: String?) {
        let prefix = "content-disposition:"
        let line = headers.first {
            String(decoding: $0.prefix(prefix.utf8.count), as: UTF8.self).lowercased() == prefix
        }
        let disposition = HeaderParameters((line ?? []).dropFirst(prefix.utf8.count))
        guard disposition.value == "form-data", let name = disposition.parameters["name"] else { throw .unnamedPart }
        return (name, fileName(disposition.parameters))
    }

    /// `filename*` counts more than `filename`, where it is UTF-8; in that browsers escape quotes and line breaks.
    private static func fileName(_ parameters: [String: String]) -> String? {
        if let extended = parameters["filename*"], extended.lowercased().hasPrefix("utf-8'"),
            let text = extended.split(separator: "'", maxSplits: 2, omittingEmptySubsequences: false).last,
            let name = String(text).removingPercentEncoding
        {
            return readable(name)
        }
        return parameters["filename"].map { name in
            readable(
                name.replacing("%22", with: "\"").replacing("%0D", with: " ").replacing("%0A", with: " "))
        }
    }

    /// A name for people and logs: one line, and not endless.
    private static func readable(_ name: String) -> String {
        let visible = name.unicodeScalars.filter { !$0.properties.generalCategory.isControl }
        return String(String(String.UnicodeScalarView(visible)).prefix(255))
    }
}

extension Unicode.GeneralCategory {
    fileprivate var isControl: Bool { self == .control || self == .lineSeparator || self == .paragraphSeparator }
}

/// Finds the lines between the parts of a form.
private struct DelimiterScanner {
    struct Delimiter {
        /// Where its line break begins.
        let start: Int
        let kind: Kind
    }

    enum Kind {
        /// A part begins there.
        case part(Int)
        case last
    }

    let bytes: UnsafeRawBufferPointer
    /// With the line break before it.
    let delimiter: [UInt8]

    /// The first one may begin the body.
    var first: Delimiter? {
        stands(delimiter.dropFirst(2), at: 0)
            ? kind(after: delimiter.count - 2).map { Delimiter(start: 0, kind: $0) } ?? next(from: 0) : next(from: 0)
    }

    func next(from start: Int) -> Delimiter? {
        var position = start
        while let found = lineBreak(from: position) {
            if stands(delimiter[...], at: found), let kind = kind(after: found + delimiter.count) {
                return Delimiter(start: found, kind: kind)
            }
            position = found + 1
        }
        return nil
    }

    private func lineBreak(from position: Int) -> Int? {
        guard position < bytes.count, let base = bytes.baseAddress,
            let found = memchr(base + position, CInt(UInt8(ascii: "\r")), bytes.count - position)
        else { return nil }
        return UnsafeRawPointer(found) - base
    }

    private func stands(_ text: ArraySlice<UInt8>, at position: Int) -> Bool {
        bytes.count - position >= text.count && bytes[position..<position + text.count].elementsEqual(text)
    }

    /// What a delimiter is by what follows it; `nil` where it is only the beginning of a longer line.
    private func kind(after position: Int) -> Kind? {
        if stands([UInt8(ascii: "-"), UInt8(ascii: "-")], at: position) { return .last }
        var place = position
        while place < bytes.count, [UInt8(ascii: " "), UInt8(ascii: "\t")].contains(bytes[place]) { place += 1 }
        return stands([UInt8(ascii: "\r"), UInt8(ascii: "\n")], at: place) ? .part(place + 2) : nil
    }
}

/// Why a body is no form.
public enum MultipartError: Error, Equatable, CustomStringConvertible {
    case noBoundary
    /// The line that ends it is missing.
    case cutShort
    case tooManyParts(limit: Int)
    case headersTooLarge(limit: Int)
    /// A part does not say which field it is.
    case unnamedPart

    public var description: String {
        switch self {
        case .noBoundary: "the header Content-Type names no boundary; most programs set it when nobody else does"
        case .cutShort: "the line that ends it is missing"
        case .tooManyParts(let limit): "it has more than \(limit) parts"
        case .headersTooLarge(let limit): "the headers of a part are longer than \(limit >> 10) KB"
        case .unnamedPart: "a part has no Content-Disposition: form-data with a name"
        }
    }
}
