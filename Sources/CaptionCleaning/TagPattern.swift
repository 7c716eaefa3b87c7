/// A tag, or many by `*` (any characters) and `?` (one). Capitals count as small letters, underscores as blanks.
package struct TagPattern: Sendable, Equatable {
    /// The pattern as `key` writes it.
    let text: String
    /// Which characters each place of the pattern takes, a bit a place.
    private var takes: [Character: UInt64] = [:]
    /// The places that take any character.
    private var takesAny: UInt64 = 0
    /// The places before which any characters may stand.
    private var stars: UInt64 = 0
    private var count = 0

    /// The most places, stars apart; what is longer is like no tag but one of the same letters.
    package static let maxCount = 60

    package init(_ pattern: some StringProtocol) {
        text = Self.key(pattern)
        for character in text where count <= Self.maxCount {
            let place = UInt64(1) << UInt64(count)
            switch character {
            case "*": stars |= place
            case "?":
                takesAny |= place
                count += 1
            default:
                takes[character, default: 0] |= place
                count += 1
            }
        }
    }

    /// Whether more than one tag can be like it.
    package var isGlob: Bool { stars != 0 || takesAny != 0 }
    /// Whether it has more places than can be looked for.
    package var isTooLong: Bool { isGlob && count > Self.maxCount }

    /// What two spellings of one tag have in common.
    static func key(_ tag: some StringProtocol) -> String {
        String(Trimming.trimmed(tag).lowercased().map { $0 == "_" ? " " : $0 })
    }

    /// All ways to match are gone at once, a character at a time, so that no tag takes longer than its length.
    /// - Parameter key: What `key` says of a tag.
    func matches(key: String) -> Bool {
        guard isGlob, !isTooLong else { return key == text }
        var places: UInt64 = 1
        for character in key {
            places = (places & (takes[character, default: 0] | takesAny)) << 1 | places & stars
            if places == 0 { return false }
        }
        return places & 1 << UInt64(count) != 0
    }
}
