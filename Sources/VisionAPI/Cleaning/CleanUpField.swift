import CaptionCleaning
import JSONScanning

/// The field `clean` of a request: what is done to the model's texts, all of it in the request itself.
struct CleanUpField: Sendable, Equatable {
    private(set) var cleanUp = CleanUp()
    /// What the texts are; `nil` where the request does not say.
    private(set) var kind: TextKind?

    /// The members by their names in JSON, in the order in which they are done.
    static let names = [
        "kind", "trim_preamble", "strip_location", "replace", "tags_underscore", "tags_space", "exclude_tags",
        "dedupe_tags", "sort_tags", "first_tags", "max_tags", "max_words", "max_chars",
    ]

    private static let maxTags = 1000
    private static let maxGlobs = 32
    private static let maxReplacements = 100
    private static let maxStringSize = 1000
    private static let maxNewCount = 200
    private static let maxNumber = 1_000_000

    /// - Throws: `VisionAPIError`, which names the member that is wrong.
    init(_ tree: JSONTree) throws(VisionAPIError) {
        guard let members = tree.members else { throw .mistypedField("clean", expected: "an object") }
        for member in members where member.value != .null { try read(member.name, member.value) }
        if let wrong = members.first(where: { $0.name == "tags_space" && $0.value.bool == true }),
            cleanUp.tags.spelling == .underscores
        {
            throw .outOfRange("clean.\(wrong.name)", "false where tags_underscore is true")
        }
        if cleanUp.tags.spelling == .asItIs, tree["tags_space"]?.bool == true { cleanUp.tags.spelling = .spaces }
    }

    private mutating func read(_ name: String, _ value: JSONTree) throws(VisionAPIError) {
        switch name {
        case "kind": kind = try Self.kind(value)
        case "trim_preamble": cleanUp.trimsPreamble = try Self.flag(name, value)
        case "strip_location": cleanUp.stripsLocations = try Self.flag(name, value)
        case "replace": cleanUp.replacements = try Self.replacements(value)
        case "tags_underscore": if try Self.flag(name, value) { cleanUp.tags.spelling = .underscores }
        case "tags_space": _ = try Self.flag(name, value)
        case "exclude_tags": cleanUp.tags.excluded = try Self.patterns(name, value)
        case "dedupe_tags": cleanUp.tags.dropsDoubles = try Self.flag(name, value)
        case "sort_tags": cleanUp.tags.isSorted = try Self.flag(name, value)
        case "first_tags": cleanUp.tags.first = try Self.strings(name, value, limit: Self.maxTags)
        case "max_tags": cleanUp.tags.maxCount = try Self.number(name, value)
        case "max_words": cleanUp.maxWords = try Self.number(name, value)
        case "max_chars": cleanUp.maxCharacters = try Self.number(name, value)
        default: throw .unknownMember(String(name.prefix(40)), of: "clean", known: Self.names)
        }
    }

    private static func kind(_ value: JSONTree) throws(VisionAPIError) -> TextKind {
        guard let text = value.string else { throw .mistypedField("clean.kind", expected: "a string") }
        guard let kind = TextKind(rawValue: text) else {
            throw .outOfRange("clean.kind", TextKind.allCases.map { "\"\($0.rawValue)\"" }.joined(separator: " or "))
        }
        return kind
    }

    private static func flag(_ name: String, _ value: JSONTree) throws(VisionAPIError) -> Bool {
        guard let flag = value.bool else { throw .mistypedField("clean.\(name)", expected: "true or false") }
        return flag
    }

    private static func number(_ name: String, _ value: JSONTree) throws(VisionAPIError) -> Int {
        guard case .number(let text) = value else { throw .mistypedField("clean.\(name)", expected: "a whole number") }
        return try NumberField.whole(text, "clean.\(name)", in: 1...maxNumber)
    }

    private static func strings(
        _ name: String, _ value: JSONTree, limit: Int
    ) throws(VisionAPIError) -> [String] {
        guard let elements = value.elements else {
            throw .mistypedField("clean.\(name)", expected: "a list of strings")
        }
        guard elements.count <= limit else { throw .outOfRange("clean.\(name)", "a list of at most \(limit)") }
        var strings: [String] = []
        for element in elements { strings.append(try string(name, element)) }
        return strings
    }

    private static func string(_ name: String, _ value: JSONTree) throws(VisionAPIError) -> String {
        guard let text = value.string else { throw .mistypedField("clean.\(name)", expected: "a list of strings") }
        guard text.utf8.count <= maxStringSize else {
            throw .outOfRange("clean.\(name)", "strings of at most \(maxStringSize) bytes")
        }
        return text
    }

    private static func patterns(_ name: String, _ value: JSONTree) throws(VisionAPIError) -> [TagPattern] {
        let patterns = try strings(name, value, limit: maxTags).map { TagPattern($0) }
        guard !patterns.contains(where: \.isTooLong) else {
            throw .outOfRange(
                "clean.\(name)", "a list whose * and ? stand among at most \(TagPattern.maxCount) characters")
        }
        guard patterns.count(where: \.isGlob) <= maxGlobs else {
            throw .outOfRange("clean.\(name)", "a list with at most \(maxGlobs) that have * or ?")
        }
        return patterns
    }

    /// `[["old", "new"], ...]`
    private static func replacements(_ value: JSONTree) throws(VisionAPIError) -> [Replacement] {
        let expected = #"a list of pairs, such as [["old", "new"]]"#
        guard let pairs = value.elements else { throw .mistypedField("clean.replace", expected: expected) }
        guard pairs.count <= maxReplacements else {
            throw .outOfRange("clean.replace", "a list of at most \(maxReplacements) pairs")
        }
        var replacements: [Replacement] = []
        for pair in pairs {
            guard let pair = pair.elements, pair.count == 2 else {
                throw .mistypedField("clean.replace", expected: expected)
            }
            let (old, new) = (try string("replace", pair[0]), try string("replace", pair[1]))
            guard !old.isEmpty else { throw .outOfRange("clean.replace", "pairs whose first text is not empty") }
            guard new.count <= maxNewCount else {
                throw .outOfRange("clean.replace", "pairs whose second text has at most \(maxNewCount) characters")
            }
            replacements.append(Replacement(old, with: new))
        }
        return replacements
    }
}

extension SearchFields {
    /// What is done to the answers; `nil` where nothing is.
    func cleanUp() throws(VisionAPIError) -> CleanUpField? {
        guard let tree = try tree("clean") else { return nil }
        return try CleanUpField(tree)
    }
}
