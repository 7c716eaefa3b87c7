/// 256 RGB colours.
struct Palette {
    private let colors: [UInt8]  // [256, 3]

    /// From up to 256 colours ([n, 3]); the rest is black.
    init(colors: [UInt8]) {
        self.colors = Array(colors.prefix(768)) + [UInt8](repeating: 0, count: max(0, 768 - colors.count))
    }

    /// From 256 colours with alpha ([256, 4]), each laid on white paper.
    init(onWhite rgba: [UInt8]) {
        var colors = [UInt8](repeating: 0, count: 768)
        colors.withUnsafeMutableBufferPointer { colors in
            rgba.withUnsafeBufferPointer { rgba in
                guard let target = colors.baseAddress, let source = rgba.baseAddress else { return }
                StoredColors.rgba(premultiplied: false).convert(source, width: min(256, rgba.count / 4), into: target)
            }
        }
        self.init(colors: colors)
    }

    /// 0 is black, 255 white.
    static let gray = Palette(colors: (0..<256).flatMap { [UInt8](repeating: UInt8($0), count: 3) })

    /// 0 is white, 255 black.
    static let invertedGray = Palette(colors: (0..<256).flatMap { [UInt8](repeating: UInt8(255 - $0), count: 3) })

    /// [256, 3]
    @inline(__always)
    func withColors(_ body: (UnsafePointer<UInt8>) -> Void) {
        colors.withUnsafeBufferPointer { colors in
            if let start = colors.baseAddress { body(start) }
        }
    }
}
