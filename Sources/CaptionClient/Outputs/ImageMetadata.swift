import Foundation

/// What an image says about itself in its own file.
package struct ImageMetadata: Sendable, Equatable {
    /// A field that holds a description.
    enum Field: String, Sendable, CaseIterable {
        case xmp = "XMP-dc:Description"
        case iptc = "IPTC:Caption-Abstract"
        case exif = "EXIF:ImageDescription"

        static let withoutLanguage: [Field] = [.iptc, .exif]

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
    /// The descriptions in XMP by their languages, as exiftool spells these; that for readers of any language is not
    /// among them where a camera writes it into every image.
    private(set) var languages: [String: String] = [:]
    /// Whether XMP has a description for readers of any language.
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

    /// The description that fields without languages hold.
    var wordsWithoutLanguage: String? { Field.withoutLanguage.lazy.compactMap { descriptions[$0] }.first }

    /// Whether there is a description for readers of any language.
    var isForAll: Bool {
        hasAnyLanguage || wordsWithoutLanguage != nil || !unreadable.isDisjoint(with: Self.descriptionFields)
    }

    /// The language of what is meant for all.
    package static let anyLanguage = "x-default"

    static let descriptionFields = Field.allCases.map(\.rawValue)
    static let tagFields = ["XMP-dc:Subject", "IPTC:Keywords"]

    /// The tags that are read, by exiftool's names.
    static let readable =
        descriptionFields + ["\(Field.xmp.rawValue)-*"] + tagFields + Follower.allCases.map(\.rawValue)
        + ["File:FileType", "XMP-x:XMPToolkit", "ExifTool:Error"]

    /// The program that an image's XMP says it is by, where the tags are ours: the owner's must not pass for them.
    static let toolkit = "vision-client, tags"

    /// What exiftool's JSON says of one file.
    /// - Parameter language: that of the description in XMP that counts.
    init(exifTool fields: [String: AnyJSON], file: FileName, language: String = anyLanguage) {
        self.language = language
        readLanguages(fields, file)
        for field in Field.withoutLanguage {
            descriptions[field] = readText(field, field.bare, fields).flatMap { Self.description($0, file) }
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

    private mutating func readLanguages(_ fields: [String: AnyJSON], _ file: FileName) {
        let bare = Field.xmp.bare
        for name in fields.keys.sorted() where name == bare || name.hasPrefix(bare + "-") {
            guard let text = readText(.xmp, name, fields) else { continue }
            let own = name == bare ? Self.anyLanguage : String(name.dropFirst(bare.count + 1))
            let description = Self.description(text, file)
            languages[own] = own == Self.anyLanguage ? description : text
            // Capitals do not tell one language from another.
            if own.lowercased() == language.lowercased() { descriptions[.xmp] = description }
        }
        hasAnyLanguage = languages[Self.anyLanguage] != nil
    }

    private mutating func readText(_ field: Field, _ name: String, _ fields: [String: AnyJSON]) -> String? {
        switch fields[name].map(Self.texts)?.first {
        case .text(let text): return text
        case .unreadable: unreadable.insert(field.rawValue)
        case nil: break
        }
        return nil
    }

    /// A text that is one; what cameras write into every image is none.
    private static func description(_ text: String, _ file: FileName) -> String? {
        StockDescription.matches(text, file: file) ? nil : text
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
