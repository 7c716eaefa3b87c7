import CaptionCleaning

/// A task that takes nothing but its name.
package struct PlainTask: Sendable, Hashable {
    /// In capitals, as it stands between the brackets of a prompt.
    package let token: String

    /// Every one that there is, and what else a template calls it.
    package static let all: [(token: String, short: String?)] = [
        ("GENERATE_TAGS", "tags"), ("CAPTION", nil), ("DETAILED_CAPTION", "detailed"),
        ("MORE_DETAILED_CAPTION", "more_detailed"), ("ANALYZE", nil), ("MIXED_CAPTION", "mixed"),
        ("MIXED_CAPTION_PLUS", "mixed_plus"), ("OCR", nil), ("OCR_WITH_REGION", nil), ("OD", nil),
        ("DENSE_REGION_CAPTION", nil), ("REGION_PROPOSAL", nil),
    ]

    private static let places: Set<String> = ["OCR_WITH_REGION", "OD", "DENSE_REGION_CAPTION", "REGION_PROPOSAL"]

    /// Reads a prompt as the server does: `caption`, `<CAPTION>` and `detailed caption` are names; `nil` for all others.
    package init?(prompt: some StringProtocol) {
        let words = prompt.split { "<>_- \t\r\n".contains($0) }
        let token = words.joined(separator: "_").uppercased()
        guard Self.all.contains(where: { $0.token == token }) else { return nil }
        self.token = token
    }

    /// What a template calls it.
    package var fields: [String] {
        let short = Self.all.first { $0.token == token }?.short
        return [token.lowercased()] + (short.map { [$0] } ?? [])
    }

    /// Whether the answer is a list of tags.
    package var isTags: Bool { token == "GENERATE_TAGS" }
    /// Whether the answer is places in the image, and no text.
    package var isPlaces: Bool { Self.places.contains(token) }

    /// What the answer is to the clean-up.
    var kind: TextKind {
        switch token {
        case "GENERATE_TAGS": .tags
        case "CAPTION", "DETAILED_CAPTION", "MORE_DETAILED_CAPTION", "OCR": .text
        default: .unknown
        }
    }
}
