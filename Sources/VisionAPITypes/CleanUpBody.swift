/// The field `clean` of a request: what is done to the model's texts, in the order of the fields. What is absent is not
/// done.
public struct CleanUpBody: Codable, Sendable, Equatable {
    /// What the texts are: `text`, `tags`, or `auto`, by which each line is looked at. By the task when absent.
    public var kind: String?
    /// Whether "The image shows" and the like go from the beginning.
    public var trimPreamble: Bool?
    /// Whether phrases such as "in the background" go.
    public var stripLocation: Bool?
    /// Pairs of texts: the second one comes in the place of the first one.
    public var replace: [[String]]?
    public var tagsUnderscore: Bool?
    public var tagsSpace: Bool?
    /// Tags that go; `*` stands for any characters, `?` for one.
    public var excludeTags: [String]?
    public var dedupeTags: Bool?
    public var sortTags: Bool?
    /// Tags that come first, where they are there.
    public var firstTags: [String]?
    public var maxTags: Int?
    public var maxWords: Int?
    public var maxChars: Int?

    /// The fields by the names that they have in JSON.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case kind, replace
        case trimPreamble = "trim_preamble"
        case stripLocation = "strip_location"
        case tagsUnderscore = "tags_underscore"
        case tagsSpace = "tags_space"
        case excludeTags = "exclude_tags"
        case dedupeTags = "dedupe_tags"
        case sortTags = "sort_tags"
        case firstTags = "first_tags"
        case maxTags = "max_tags"
        case maxWords = "max_words"
        case maxChars = "max_chars"
    }

    public init() {}
}
