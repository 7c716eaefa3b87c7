/// Random texts that are JSON, and random mistakes in them; the same for the same seed.
struct RandomJSON {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    }

    mutating func below(_ bound: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int((state >> 11) % UInt64(bound))
    }

    private mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

    /// A text whose value has at most so many levels.
    mutating func text(depth: Int) -> String {
        space() + value(depth) + space()
    }

    private mutating func value(_ depth: Int) -> String {
        switch below(depth > 0 ? 10 : 6) {
        case 0: return pick(["null", "true", "false"])
        case 1, 2: return number()
        case 3...5: return string()
        case 6, 7:
            let elements = (0..<below(6)).map { _ in space() + value(depth - 1) + space() }
            return "[" + (elements.isEmpty ? space() : elements.joined(separator: ",")) + "]"
        default:
            let members = (0..<below(6)).map { _ in
                space() + name() + space() + ":" + space() + value(depth - 1) + space()
            }
            return "{" + (members.isEmpty ? space() : members.joined(separator: ",")) + "}"
        }
    }

    private mutating func space() -> String {
        below(4) > 0 ? "" : (0..<below(20)).map { _ in pick([" ", "\n", "\r", "\t"]) }.joined()
    }

    private mutating func name() -> String {
        below(3) == 0 ? string() : pick([#""a""#, #""image""#, #""im\u0061ge""#, #""é""#, #""""#, #""\/""#])
    }

    private mutating func number() -> String {
        let whole = pick(["0", "7", "12", "9007199254740993", "123456789012345678901234567890"])
        let part = pick(["", "", ".0", ".5", ".000001"]) + pick(["", "", "e5", "E-3", "e+07"])
        return pick(["", "-"]) + whole + part
    }

    private mutating func string() -> String {
        let plain =
            "abcXYZ0189 ,:[]{}/'<>~\u{7F}".map(String.init) + ["é", "ß", "€", "한", "\u{FFFD}", "😀", "\u{10FFFF}"]
        let escapes = [
            #"\""#, #"\\"#, #"\/"#, #"\b"#, #"\f"#, #"\n"#, #"\r"#, #"\t"#, #"\u0000"#, #"\u0041"#, #"\u00e9"#,
            #"\uFFFF"#, #"\ud83d\uDE00"#, #"\uD800"#, #"\udc00"#, #"\ud800\u0041"#,
        ]
        let kinds = below(10)
        let parts = (0..<below(40)).map { _ in
            kinds < 4 ? pick(Array(plain[..<24])) : kinds < 8 || below(4) > 0 ? pick(plain) : pick(escapes)
        }
        return "\"" + parts.joined() + "\""
    }

    /// The same with one to three bytes put in, taken out or changed.
    mutating func damaged(_ text: [UInt8]) -> [UInt8] {
        var text = text
        let structure = Array(#"{}[],:"\/ -+.eE019tfnu"#.utf8) + [0, 9, 10, 31, 127, 128, 191, 192, 224, 237, 240, 255]
        for _ in 0...below(3) {
            let place = below(text.count + 1)
            switch below(5) {
            case 0, 1: text.insert(pick(structure), at: place)
            case 2 where place < text.count: text[place] = UInt8(below(256))
            case 3 where place < text.count: text.remove(at: place)
            case 4: text.removeSubrange(place...)
            default: text.insert(UInt8(below(256)), at: place)
            }
        }
        return text
    }
}
