/// Names of members that nobody knows and that are like a known one: they change nothing, which nobody would notice.
struct MisspeltFields {
    private let known: [[UInt8]]
    private let longest: Int
    private var looks = 0
    /// In the order in which they came, each once.
    private(set) var names: [String] = []

    /// More members than that are not looked at: what a request costs is not for others to say.
    private static let maxLooks = 100
    private static let maxNames = 8

    /// - Parameter known: in small letters.
    init(known: [String]) {
        self.known = known.map { Array($0.utf8) }
        longest = (known.map(\.utf8.count).max() ?? 0) + 1
    }

    /// - Parameter name: what stands between a name's quotes.
    mutating func look(at name: UnsafeRawBufferPointer) {
        guard looks < Self.maxLooks, names.count < Self.maxNames, name.count <= longest else { return }
        looks += 1
        // What else might stand in a name belongs into no log.
        guard name.allSatisfy({ Self.isLetter($0) || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") }) else {
            return
        }
        let small = name.map { Self.isLetter($0) ? $0 | 0x20 : $0 }
        let text = String(decoding: name, as: UTF8.self)
        if known.contains(where: { Self.isNear(small, $0) }), !names.contains(text) { names.append(text) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte | 0x20 }

    /// Whether one byte more, less or other, or two that have changed places, are all the difference.
    static func isNear(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        let start = zip(first, second).prefix { $0 == $1 }.count
        let (one, other) = (first.dropFirst(start), second.dropFirst(start))
        if one.dropFirst().elementsEqual(other.dropFirst()) || one.dropFirst().elementsEqual(other)
            || one.elementsEqual(other.dropFirst())
        {
            return true
        }
        return one.count > 1 && other.count > 1 && one.prefix(2).reversed().elementsEqual(other.prefix(2))
            && one.dropFirst(2).elementsEqual(other.dropFirst(2))
    }
}
