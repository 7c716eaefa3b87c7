/// 256 RGB colours.
struct Palette {
    private let colors: [UInt8]  // [256, 3]

    /// From up to 256 colours ([n, 3]); the rest is black.
    init(colors: [UInt8]) {
        self.colors = Array(colors.prefix(768)) + [UInt8](repeating: 0, count: max(0, 768 - colors.count))
    }

    /// 0 is black, 255 white.
    static let gray = Palette(colors: (0..<256).flatMap { [UInt8](repeating: UInt8($0), count: 3) })

    /// 0 is white, 255 black.
    static let invertedGray = Palette(colors: (0..<256).flatMap { [UInt8](repeating: UInt8(255 - $0), count: 3) })

    /// Red, green, blue.
    func color(_ index: UInt8) -> ArraySlice<UInt8> { colors[3 * Int(index)..<3 * Int(index) + 3] }

    /// [count] indices -> [count, 3].
    func rgb(_ indices: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: indices.count * 3) { target, filled in
            colors.withUnsafeBufferPointer { colors in
                indices.withUnsafeBufferPointer { indices in
                    for i in 0..<indices.count {
                        let color = 3 * Int(indices[i])
                        target[3 * i] = colors[color]
                        target[3 * i + 1] = colors[color + 1]
                        target[3 * i + 2] = colors[color + 2]
                    }
                }
            }
            filled = indices.count * 3
        }
    }
}
