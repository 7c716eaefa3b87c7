import Foundation

/// What an image's metadata is to say from now on; a field that is absent stays as it is.
struct MetadataChange: Sendable, Equatable {
    var descriptions: [ImageMetadata.Field: String] = [:]
    /// The language of the description in XMP.
    var language = ImageMetadata.anyLanguage
    /// Descriptions that are to stand beside it in XMP, by their languages.
    var others: [String: String] = [:]
    var tags: [String] = []
    var followers: [ImageMetadata.Follower: [String]] = [:]
    /// The ending of the file that a sidecar is of, where its name does not say it.
    var sidecarFor: String?
    /// Whether the image's tags are ours afterwards.
    var areTagsOurs = false

    /// IPTC's room for a keyword and a description, in bytes.
    static let maxKeyword = 64
    private static let maxCaption = 2000

    /// The change, with less of it where a part of the metadata is damaged.
    var reductions: [MetadataChange] {
        var withoutEXIF = self
        withoutEXIF.descriptions[.exif] = nil
        return [self] + (descriptions.isEmpty ? [] : [withoutEXIF]) + [inXMP]
    }

    /// The change as far as XMP is concerned.
    var inXMP: MetadataChange {
        var change = self
        change.descriptions = descriptions.filter { $0.key == .xmp }
        change.isXMPOnly = true
        return change
    }

    private var isXMPOnly = false
    private var writesIPTC: Bool { descriptions[.iptc] != nil || !tags.isEmpty && !isXMPOnly }

    /// The JSON that exiftool writes into the file.
    func exifToolInput() throws -> Data {
        var fields: [String: AnyJSON] = ["SourceFile": .string("*")]
        if writesIPTC { fields["IPTC:CodedCharacterSet"] = .string("UTF8") }
        if areTagsOurs { fields["XMP-x:XMPToolkit"] = .string(ImageMetadata.toolkit) }
        for (other, text) in others { fields["\(ImageMetadata.Field.xmp.rawValue)-\(other)"] = Self.literal(text) }
        for (field, text) in descriptions {
            fields[name(field)] = Self.literal(field == .iptc ? Self.prefix(text, bytes: Self.maxCaption) : text)
        }
        for (follower, tags) in followers where !tags.isEmpty {
            fields[follower.rawValue] = .array(tags.map(Self.literal))
        }
        if let sidecarFor { fields["XMP-photoshop:SidecarForExtension"] = .string(sidecarFor) }
        if !tags.isEmpty {
            fields["XMP-dc:Subject"] = .array(tags.map(Self.literal))
            let keywords = tags.map { Self.literal(Self.prefix($0, bytes: Self.maxKeyword)) }
            if writesIPTC { fields["IPTC:Keywords"] = .array(keywords) }
        }
        return Data(try AnyJSON.line([fields]).utf8)
    }

    /// Lets descriptions stand beside the one that is written, save those for which there is one already.
    mutating func carry(_ languages: [String: String]) {
        let written = Set(others.keys.map { $0.lowercased() } + [language.lowercased()])
        others.merge(languages.filter { !written.contains($0.key.lowercased()) }) { mine, _ in mine }
    }

    /// A description without a language would take those in all others away.
    private func name(_ field: ImageMetadata.Field) -> String {
        field == .xmp ? "\(field.rawValue)-\(language)" : field.rawValue
    }

    /// What leaves the IPTC fields that this doesn't write as they are, in UTF-8, which the file then declares.
    var keptIPTC: [String] {
        guard writesIPTC else { return [] }
        let written =
            (descriptions[.iptc] == nil ? [] : [ImageMetadata.Field.iptc.rawValue])
            + (tags.isEmpty ? [] : ["IPTC:Keywords"])
        return ["-tagsFromFile", "@", "-IPTC:all"] + written.map { "--\($0)" }
    }

    /// exiftool takes what follows `base64:` as base64, so a text that begins with it is sent that way.
    private static func literal(_ text: String) -> AnyJSON {
        .string(text.hasPrefix("base64:") ? "base64:" + Data(text.utf8).base64EncodedString() : text)
    }

    /// As much of a text as there is room for; a character is never cut in two.
    static func prefix(_ text: String, bytes: Int) -> String {
        var prefix = text
        while prefix.utf8.count > bytes { prefix.removeLast() }
        return prefix
    }
}
