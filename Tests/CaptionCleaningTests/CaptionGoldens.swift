import CaptionCleaning
import Foundation

/// Two hundred texts as models write them, and what each flag alone is to make of them.
enum CaptionGoldens {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Captions")

    /// One a line.
    static func texts() throws -> [String] { try lines("captions") }

    /// The texts that change, by their numbers from 1, in a file of lines such as `2 A black camera`.
    static func changes(_ name: String) throws -> [Int: String] {
        try lines(name).reduce(into: [:]) { changes, line in
            let parts = line.split(separator: " ", maxSplits: 1)
            if let number = parts.first.flatMap({ Int($0) }) {
                changes[number] = parts.count > 1 ? String(parts[1]) : ""
            }
        }
    }

    private static func lines(_ name: String) throws -> [String] {
        try String(contentsOf: folder.appending(path: name + ".txt"), encoding: .utf8)
            .split(separator: "\n").map(String.init)
    }

    /// Each flag alone, by the name of its file.
    static let flags: [(name: String, cleanUp: CleanUp)] = [
        ("trim-preamble", make { $0.trimsPreamble = true }),
        ("strip-location", make { $0.stripsLocations = true }),
        (
            "replace",
            make {
                $0.replacements = [.init("cat", with: "black cat"), .init("The ", with: ""), .init("é", with: "e")]
            }
        ),
        ("tags-underscore", make { $0.tags.spelling = .underscores }),
        ("tags-space", make { $0.tags.spelling = .spaces }),
        (
            "exclude-tags",
            make {
                $0.tags.excluded = ["watermark", "Blue Eyes", "*background", "school_*", "score_?"].map { .init($0) }
            }
        ),
        ("dedupe-tags", make { $0.tags.dropsDoubles = true }),
        ("sort-tags", make { $0.tags.isSorted = true }),
        ("first-tags", make { $0.tags.first = ["outdoors", "1girl", "solo"] }),
        ("max-tags", make { $0.tags.maxCount = 4 }),
        ("max-words", make { $0.maxWords = 12 }),
        ("max-chars", make { $0.maxCharacters = 60 }),
    ]

    /// All at once.
    static let all = make { cleanUp in
        cleanUp.trimsPreamble = true
        cleanUp.stripsLocations = true
        cleanUp.replacements = [.init("photograph", with: "photo")]
        cleanUp.tags.spelling = .spaces
        cleanUp.tags.excluded = [.init("watermark"), .init("*background")]
        cleanUp.tags.dropsDoubles = true
        cleanUp.tags.isSorted = true
        cleanUp.tags.first = ["1girl", "solo"]
        cleanUp.tags.maxCount = 6
        cleanUp.maxWords = 24
        cleanUp.maxCharacters = 120
    }

    private static func make(_ change: (inout CleanUp) -> Void) -> CleanUp {
        var cleanUp = CleanUp()
        change(&cleanUp)
        return cleanUp
    }
}
