/// The first eight bytes of a TIFF, or of what a camera's maker made of it.
struct RawHeader {
    let frame: RawDirectory.Frame
    /// The number behind the byte order: 42 in a TIFF.
    let mark: Int
    /// Where the first directory is.
    let first: Int

    /// - Parameter start: Where offsets count from.
    init?(_ source: RawSource, at start: Int) {
        let order: RawOrder
        switch source.bytes(at: start, count: 2) {
        case [0x49, 0x49]: order = .little
        case [0x4D, 0x4D]: order = .big
        default: return nil
        }
        guard let mark = source.number(at: start + 2, bytes: 2, order),
            let first = source.number(at: start + 4, bytes: 4, order)
        else { return nil }
        frame = RawDirectory.Frame(base: start, order: order)
        self.mark = mark
        self.first = first
    }

    /// What stands for 42: Olympus writes "RO" or "RS", Panasonic "U" and a zero.
    static let olympus = [0x4F52, 0x5352]
    static let panasonic = [0x0055]
    static let tiff = [42]
}
