/// The names that somebody looks for among an object's members.
struct MemberNames {
    private let names: [[UInt8]]
    /// Room for a name whose escapes are resolved.
    private var scratch: [UInt8]

    init(_ names: [String]) {
        self.names = names.map { Array($0.utf8) }
        // A character takes six bytes at the most for each that it is.
        scratch = [UInt8](repeating: 0, count: 6 * (self.names.map(\.count).max() ?? 0))
    }

    /// Which of the names this is.
    ///
    /// - Parameter raw: what stands between a name's quotes, escapes and all.
    mutating func index(of raw: UnsafeRawBufferPointer) -> Int? {
        if let index = names.firstIndex(where: { $0.count == raw.count && $0.elementsEqual(raw) }) { return index }
        guard raw.count <= scratch.count, raw.contains(Byte.backslash) else { return nil }
        let count = scratch.withUnsafeMutableBytes { room in
            let copy = UnsafeMutableRawBufferPointer(rebasing: room[..<raw.count])
            copy.copyMemory(from: raw)
            return JSONEscapes.resolve(in: copy)
        }
        guard let count else { return nil }
        return names.firstIndex { $0.elementsEqual(scratch[..<count]) }
    }
}
