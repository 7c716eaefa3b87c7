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

    /// A list that programs keep beside the keywords, with paths of tags, and read before these.
    enum Follower: String, Sendable, CaseIterable {
        case digiKam = "XMP-digiKam:TagsList"
        case lightroom = "XMP-lr:HierarchicalSubject"
        case microsoft = "XMP-microsoft:LastKeywordXMP"

        /// What stands between the parts of a path.
        var separator: Character { self == .lightroom ? "|" : "/" }
    }

    /// The descriptions that are one; what cameras write into every image is none.
    private(set) var descriptions: [Field: String] = [:]
    private(set) var tags: [String] = []
    private(set) var followers: [Follower: [String]] = [:]
    /// Whether there is a description for readers of any language.
    private(set) var hasAnyLanguage = false
    private let language: String
    /// Whether the tags are from an earlier run, perhaps beside the owner's.
    private(set) var areTagsOurs = false
    /// Fields that hold text which is not UTF-8, by exiftool's names.
    private(set) var unreadable: Set<String> = []
    /// What the file is by its content, in exiftool's words.
    private(set) var type: String?

    /// The description that counts.
    var description: String? {
        // What has no language may be in another one.
        let fields = language == Self.anyLanguage ? Field.allCases : [.xmp]
        return fields.lazy.compactMap { descriptions[$0] }.first
    }

    /// The language of what is meant for all.
    package static let anyLanguage = "x-default"

    static let descriptionFields = Field.allCases.map(\.rawValue)
    static let tagFields = ["XMP-dc:Subject", "IPTC:Keywords"]

    /// The tags that are read, by exiftool's names.
    static func readable(_ language: String) -> [String] {
        descriptionFields + (language == anyLanguage ? [] : ["XMP-dc:Description-\(language)"]) + tagFields
            + Follower.allCases.map(\.rawValue) + ["File:FileType", "XMP-x:XMPToolkit", "ExifTool:Error"]
    }

    /// The program that an image's XMP says it is by, where the tags are ours: the owner's must not pass for them.
    static let toolkit = "vision-client, tags"

    /// What exiftool's JSON says of one file.
    /// - Parameter language: that of the description in XMP that counts.
    init(exifTool fields: [String: AnyJSON], file: FileName, language: String = anyLanguage) {
        self.language = language
        hasAnyLanguage = fields[Field.xmp.bare] != nil
        for field in Field.allCases {
            let isOther = field == .xmp && language != Self.anyLanguage
            let name = isOther ? "\(field.bare)-\(language)" : field.bare
            guard let text = fields[name].map(Self.texts)?.first else { continue }
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
        for follower in Follower.allCases { followers[follower] = readTags(follower.rawValue, fields) }
        areTagsOurs = fields["XMPToolkit"] == .string(Self.toolkit)
        if case .string(let type) = fields["FileType"] { self.type = type }
    }

    /// This, and where it says nothing, what another says.
    func over(_ other: ImageMetadata?) -> ImageMetadata {
        guard let other else { return self }
        var both = self
        both.descriptions.merge(other.descriptions) { mine, _ in mine }
        both.tags = Self.each(tags + other.tags)
        for (follower, tags) in other.followers where both.followers[follower]?.isEmpty ?? true {
            both.followers[follower] = tags
        }
        both.hasAnyLanguage = hasAnyLanguage || other.hasAnyLanguage
        return both
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
