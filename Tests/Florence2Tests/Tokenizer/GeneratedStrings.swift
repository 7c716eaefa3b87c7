import SeededRandom

/// The strings that tools/reference/make_tokenizer_goldens.py hashes, built from the same seed in the same way.
struct GeneratedStrings {
    private var random: SplitMix
    private static let longRuns = 12

    init(seed: UInt64) { random = SplitMix(seed: seed) }

    /// The string number `index` of `count`; to be called for each in turn.
    mutating func next(_ index: Int, of count: Int) -> String {
        if index < count - Self.longRuns { return many(12) { $0.piece() } }
        let unit = random.choice(Self.runUnits)
        return String(repeating: unit, count: 10_000 + random.below(40_000))
    }

    private mutating func piece() -> String {
        switch random.below(12) {
        case 0: return many(12) { $0.letter() }
        case 1: return many(4) { $0.random.choice(Self.spaces) }
        case 2: return many(6) { $0.random.choice(Self.numbers) }
        case 3: return random.choice(Self.contractions)
        case 4: return many(6) { $0.scalar(below: 0x110000) }
        case 5: return many(6) { $0.scalar(below: 0x10000) }
        case 6: return many(3) { $0.random.choice(Self.emoji) }
        case 7: return many(4) { $0.control() }
        case 8: return many(5) { $0.random.choice(Self.punctuation) }
        case 9: return many(3) { $0.token() }
        case 10:
            let unit = random.choice(Self.runUnits)
            return String(repeating: unit, count: random.below(60))
        default: return many(4) { $0.random.choice(Self.words) }
        }
    }

    private mutating func many(_ limit: Int, _ make: (inout GeneratedStrings) -> String) -> String {
        let count = 1 + random.below(limit)
        return (0..<count).map { _ in make(&self) }.joined()
    }

    private mutating func scalar(below limit: Int) -> String {
        while true {
            if let scalar = Unicode.Scalar(UInt32(random.below(limit))) { return String(scalar) }
        }
    }

    private mutating func letter() -> String {
        let first = random.below(4) == 0 ? 0x41 : 0x61
        return Self.string(first + random.below(26))
    }

    private mutating func control() -> String {
        let code = random.below(65)
        return Self.string(code < 32 ? code : code - 32 + 0x7F)
    }

    private mutating func token() -> String {
        random.below(3) == 0 ? "<loc_\(random.below(1100))>" : random.choice(Self.tokens)
    }

    private static func string(_ code: Int) -> String { Unicode.Scalar(UInt32(code)).map { String($0) } ?? "" }

    private static let spaces = [
        0x20, 0x20, 0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1C, 0x1D, 0x1E, 0x1F, 0x85, 0xA0, 0x1680, 0x180E, 0x2000,
        0x2001, 0x2002, 0x2003, 0x2004, 0x2005, 0x2006, 0x2007, 0x2008, 0x2009, 0x200A, 0x200B, 0x2028, 0x2029, 0x202F,
        0x205F, 0x2060, 0x3000, 0xFEFF,
    ].map(string)
    private static let numbers = [
        0x30, 0x31, 0x32, 0x37, 0x39, 0xB2, 0xBD, 0x663, 0x96D, 0x2167, 0x2460, 0x3007, 0x3289, 0xFF15, 0x1D7D8,
        0x1F101,
    ].map(string)
    private static let contractions = [
        "'s", "'t", "'re", "'ve", "'m", "'ll", "'d", "'S", "'T", "'RE", "'LL", "'", "''", "'r", "'v", "'l", "\u{2019}s",
        "n't", "it's", "we're", "I'll", " 's", " 'd", "'sx", "'t'",
    ]
    private static let emoji = [
        "\u{1F600}", "\u{1F469}\u{200D}\u{1F469}\u{200D}\u{1F467}", "\u{1F44D}\u{1F3FD}", "\u{2764}\u{FE0F}",
        "\u{1F1E9}\u{1F1EA}", "\u{1F3F4}\u{E0067}\u{E0062}\u{E0065}\u{E006E}\u{E0067}\u{E007F}", "1\u{FE0F}\u{20E3}",
        "\u{2603}", "\u{263A}\u{FE0E}", "\u{1F9D1}\u{1F3FF}\u{200D}\u{1F680}",
    ]
    private static let punctuation =
        "!\"#$%&()*+,-./:;<=>?@[\\]^_`{|}~".map { String($0) }
        + ["\u{2026}", "\u{2014}", "\u{00BF}", "\u{3002}", "\u{20AC}", "\u{0301}"]
    private static let tokens = [
        "<s>", "</s>", "<pad>", "<unk>", "<mask>", "<mask>", "<od>", "</od>", "<ocr>", "<cap>", "</dcap>",
        "<grounding>",
        "<seg>", "<sep>", "<region_to_desciption>", "<region_to_description>", "<poly>", "</poly>", "<and>", "<image>",
        "<|endoftext|>", "madeupword0001", "<loc_", "<MASK>", "<s", "< s>", "<<s>>", "<loc_0>", "<loc_999>",
        "<loc_1000>", "<loc_01>", "<CAPTION>", "<GENERATE_TAGS>",
    ]
    private static let words = [
        " the", " a picture of", "The image shows", " red", " circle", " on", " blue background", "Locate", " objects",
        "caf\u{E9}", " na\u{EF}ve", " \u{41F}\u{440}\u{438}\u{432}\u{435}\u{442}", "\u{65E5}\u{672C}\u{8A9E}",
        "\u{D55C}\u{AD6D}\u{C5B4}", "\u{E44}\u{E17}\u{E22}", "\u{645}\u{631}\u{62D}\u{628}\u{627}",
        "\u{5E9}\u{5DC}\u{5D5}\u{5DD}", "\u{928}\u{92E}\u{938}\u{94D}\u{924}\u{947}", "\u{FB01}", "e\u{301}", "\u{C5}",
        "A\u{30A}", "\u{212B}", " 1girl, solo", "DON'T", " camelCase", "snake_case",
    ]
    private static let runUnits = [
        "a", "A", " ", "=", "\n", "\u{E9}", "\u{65E5}", "\u{1F600}", "-_", "ab", " x", "0", "<s>", "\t ", "'",
    ]
}

extension SplitMix {
    fileprivate mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    fileprivate mutating func choice(_ items: [String]) -> String { items[below(items.count)] }
}

/// FNV-1a, 64 bits.
func fnv1a(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
}
