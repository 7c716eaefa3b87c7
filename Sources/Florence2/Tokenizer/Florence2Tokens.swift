/// The 1024 tokens that Florence-2's processor adds to BART's vocabulary, in its order (ids 50265...51288 there).
enum Florence2Tokens {
    static let all: [String] =
        ["<od>", "</od>", "<ocr>", "</ocr>"]
        + (0..<1000).map { "<loc_\($0)>" }
        + ["<cap>", "</cap>", "<ncap>", "</ncap>", "<dcap>", "</dcap>"]
        + ["<grounding>", "</grounding>", "<seg>", "</seg>", "<sep>"]
        // The misspelling is the processor's.
        + ["<region_cap>", "</region_cap>", "<region_to_desciption>", "</region_to_desciption>"]
        + ["<proposal>", "</proposal>", "<poly>", "</poly>", "<and>"]
}
