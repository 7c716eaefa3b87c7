import Foundation

/// What a picture says about itself in its own file.
package struct PictureMetadata: Sendable, Equatable {
    package var description: String?
    package var tags: [String]

    package init(description: String? = nil, tags: [String] = []) {
        self.description = description
        self.tags = tags
    }

    /// The tags that are read, by exiftool's names.
    static let readable = [
        "XMP-dc:Description", "IPTC:Caption-Abstract", "EXIF:ImageDescription", "XMP-dc:Subject", "IPTC:Keywords",
    ]

    /// What exiftool's JSON says of one file; the first description that is not blank counts.
    init(exifTool fields: [String: JSONValue]) {
        let descriptions = ["Description", "Caption-Abstract", "ImageDescription"].compactMap { fields[$0] }
        description = descriptions.flatMap(Self.texts).first { !$0.allSatisfy(\.isWhitespace) }
        tags = CaptionText.unique(["Subject", "Keywords"].compactMap { fields[$0] }.flatMap(Self.texts))
    }

    /// The JSON that exiftool writes into the file; what is absent here stays as it is there.
    func exifToolInput() throws -> Data {
        var fields: [String: JSONValue] = ["SourceFile": .string("*"), "IPTC:CodedCharacterSet": .string("UTF8")]
        if let description {
            fields["XMP-dc:Description"] = Self.literal(description)
            fields["EXIF:ImageDescription"] = Self.literal(description)
            fields["IPTC:Caption-Abstract"] = Self.literal(Self.prefix(description, bytes: 2000))
        }
        if !tags.isEmpty {
            fields["XMP-dc:Subject"] = .array(tags.map(Self.literal))
            fields["IPTC:Keywords"] = .array(tags.map { Self.literal(Self.prefix($0, bytes: 64)) })
        }
        return Data(try JSONValue.line([fields]).utf8)
    }

    /// The IPTC fields that this is written to.
    var writtenIPTC: [String] {
        (description == nil ? [] : ["IPTC:Caption-Abstract"]) + (tags.isEmpty ? [] : ["IPTC:Keywords"])
    }

    /// exiftool takes what follows `base64:` as base64, so a text that begins with it is sent that way.
    private static func literal(_ text: String) -> JSONValue {
        .string(text.hasPrefix("base64:") ? "base64:" + Data(text.utf8).base64EncodedString() : text)
    }

    /// IPTC limits the length of its fields in bytes; a character is never cut in two.
    private static func prefix(_ text: String, bytes: Int) -> String {
        var prefix = text
        while prefix.utf8.count > bytes { prefix.removeLast() }
        return prefix
    }

    /// exiftool writes a text that looks like a number as a number.
    private static func texts(_ value: JSONValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .integer(let number): ["\(number)"]
        case .number(let number): ["\(number)"]
        case .bool(let value): ["\(value)"]
        case .array(let values): values.flatMap(texts)
        case .null, .object: []
        }
    }
}
