/// The resize of an image whose pixels are inks, for profiles: cyan, magenta and yellow as if they were colours, black by
/// itself. Each is Pillow's resize of that ink, bit for bit.
final class InkResize: RowSink {
    let takesInks = true
    private let width: Int
    private let colors: RowResize
    private let black: RowResize
    private let row: UnsafeMutablePointer<UInt8>  // [width, 4]

    /// As that of `RowResize`.
    init(width: Int, height: Int, _ orientation: Orientation, to toWidth: Int, _ toHeight: Int) {
        self.width = width
        colors = RowResize(width: width, height: height, orientation, to: toWidth, toHeight)
        black = RowResize(width: width, height: height, orientation, to: toWidth, toHeight)
        row = .allocate(capacity: 4 * width)
        row.initialize(repeating: 0, count: 4 * width)
    }

    deinit { row.deallocate() }

    /// The most bytes that it takes.
    static func memory(width: Int, height: Int, _ orientation: Orientation, to toWidth: Int, _ toHeight: Int) -> Int {
        2 * RowResize.memory(width: width, height: height, orientation, to: toWidth, toHeight)
            + 4 * width + 4 * toWidth * toHeight
    }

    func take(_ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        fill(row)
        let (row, width) = (row, width)
        colors.take { target in
            for x in 0..<width { StoredColors.copy(row + 4 * x, to: target + 3 * x) }
        }
        black.take { target in
            for x in 0..<width {
                let ink = row[4 * x + 3]
                target[3 * x] = ink
                target[3 * x + 1] = ink
                target[3 * x + 2] = ink
            }
        }
    }

    /// The upright result in sRGB, once all rows are there.
    func upright(by transform: ColorTransform) -> RGBImage? {
        guard let colors = colors.upright(), let black = black.upright() else { return nil }
        let count = colors.width * colors.height
        let inks = [UInt8](unsafeUninitializedCapacity: 4 * count) { target, filled in
            for index in 0..<count {
                for c in 0..<3 { target[4 * index + c] = colors.pixels[3 * index + c] }
                target[4 * index + 3] = black.pixels[3 * index]
            }
            filled = 4 * count
        }
        return RGBImage(
            checkedWidth: colors.width, height: colors.height, pixels: transform.converted(inks, count: count))
    }
}
