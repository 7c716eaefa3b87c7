import Foundation

/// What an image says about itself in its own file.
package struct ImageMetadata: Sendable, Equatable {
    /// A field that holds a description.
    enum Field: String, Sendable, CaseIterable {
        case xmp = "XMP-dc:Description"
        case iptc = "IPTC:Caption-Abstract"
        case exif = "EXIF:ImageDescription"

        /// Its name in what exiftool answers.
        var bare: String { rawValue.split(separator: ":").last.map(String.init) ?? rawValue }
    }

    /// The descriptions that are one; what cameras write into every image is none.
    private(set) var descriptions: [Field: String] = [:]
    private(set) var tags: [String] = []
    /// Whether the tags are from an earlier run, perhaps beside the owner's.
    private(set) var areTagsOurs = false
    /// Fields that hold text which is not UTF-8, by exiftool's names.
    private(set) var unreadable: Set<String> = []
    /// What the file is by its content, in exiftool's words.
    private(set) var type: String?

    /// The description that counts.
    var description: String? { Field.allCases.lazy.compactMap { descriptions[$0] }.first }

    static let descriptionFields = Field.allCases.map(\.rawValue)
    static let tagFields = ["XMP-dc:Subject", "IPTC:Keywords"]

    /// The tags that are read, by exiftool's names.
    static let readable = descriptionFields + tagFields + ["File:FileType", "XMP-x:XMPToolkit", "ExifTool:Error"]

    /// The program that an image's XMP says it is by, where the tags are ours: the owner's must not pass for them.
    static let toolkit = "vision-client, tags"

    /// What exiftool's JSON says of one file.
    init(exifTool fields: [String: AnyJSON], file: FileName) {
        for field in Field.allCases {
            guard let text = fields[field.bare].map(Self.texts)?.first else { continue }
            switch text {
            case .unreadable: unreadable.insert(field.rawValue)
            case .text(let text): if !StockDescription.matches(text, file: file) { descriptions[field] = text }
            }
        }
        let subjects = readTags("XMP-dc:Subject", fields)
        let keywords = readTags("IPTC:Keywords", fields)
        // What IPTC had no room for is there in whole in XMP.
        let cut = Set(subjects.map { MetadataChange.prefix($0, bytes: MetadataChange.maxKeyword) })
        tags = Self.each(subjects + keywords.filter { !cut.contains($0) })
        areTagsOurs = fields["XMPToolkit"] == .string(Self.toolkit)
        if case .string(let type) = fields["FileType"] { self.type = type }
    }

    private mutating func readTags(_ name: String, _ fields: [String: AnyJSON]) -> [String] {
        let bare = name.split(separator: ":").last.map(String.init) ?? name
        var tags: [String] = []
        for text in fields[bare].map(Self.texts) ?? [] {
            switch text {
            case .text(let text): tags.append(text)
            case .unreadable: unreadable.insert(name)
            }
        }
        return tags
    }

    private enum Text {
        case text(String)
        case unreadable
    }

    /// exiftool writes what is not UTF-8 as base64; a text that only looks like that is one.
    private static func texts(_ value: AnyJSON) -> [Text] {
        switch value {
        case .string(let text):
            guard text.hasPrefix("base64:"), let bytes = Data(base64Encoded: String(text.dropFirst("base64:".count))),
                String(validating: bytes, as: UTF8.self) == nil
            else { return [.text(text)] }
            return [.unreadable]
        case .integer(let number): return [.text("\(number)")]
        case .number(let number): return [.text("\(number)")]
        case .bool(let value): return [.text("\(value)")]
        case .array(let values): return values.flatMap(texts)
        case .null, .object: return []
        }
    }

    /// Each tag once; one in other capitals is another one.
    private static func each(_ tags: [String]) -> [String] {
        var seen: Set<String> = []
        return tags.filter { !$0.isEmpty && seen.insert($0).inserted }
    }
}
