/// The EXIF orientation: where the stored first row and first column belong (EXIF 2.32, tag 0x0112).
enum Orientation: Int {
    case upright = 1
    case mirrored, upsideDown, flipped, transposed, turnedLeft, transversed, turnedRight

    /// Rows and columns change places.
    var swapsSides: Bool { rawValue >= 5 }
    /// Columns run from right to left as stored.
    var mirrorsColumns: Bool { [.mirrored, .upsideDown, .transversed, .turnedRight].contains(self) }
    /// Rows run from bottom to top as stored.
    var mirrorsRows: Bool { [.upsideDown, .flipped, .turnedLeft, .transversed].contains(self) }

    /// The image as a person should see it.
    func upright(_ stored: RGBImage) -> RGBImage {
        if self == .upright { return stored }
        let width = swapsSides ? stored.height : stored.width
        let height = swapsSides ? stored.width : stored.height
        let walk = walk(width: stored.width, height: stored.height)
        let pixels = [UInt8](unsafeUninitializedCapacity: stored.pixels.count) { target, filled in
            LargePages.use(for: UnsafeMutableRawBufferPointer(target))
            stored.pixels.withUnsafeBufferPointer { source in
                Self.copy(source, target, width: width, height: height, walk)
            }
            filled = stored.pixels.count
        }
        return RGBImage(checkedWidth: width, height: height, pixels: pixels)
    }

    /// The stored pixel that comes first, and how many pixels on the next one to the right and below lies.
    private func walk(width w: Int, height h: Int) -> (first: Int, right: Int, down: Int) {
        switch self {
        case .upright: (0, 1, w)
        case .mirrored: (w - 1, -1, w)
        case .upsideDown: (w * h - 1, -1, -w)
        case .flipped: (w * (h - 1), 1, -w)
        case .transposed: (0, w, 1)
        case .turnedLeft: (w * (h - 1), -w, 1)
        case .transversed: (w * h - 1, -w, -1)
        case .turnedRight: (w - 1, w, -1)
        }
    }

    /// In square blocks, so that a turn by 90 degrees does not miss the cache with every pixel.
    private static func copy(
        _ source: UnsafeBufferPointer<UInt8>, _ target: UnsafeMutableBufferPointer<UInt8>, width: Int, height: Int,
        _ walk: (first: Int, right: Int, down: Int)
    ) {
        let block = 32
        for top in stride(from: 0, to: height, by: block) {
            for left in stride(from: 0, to: width, by: block) {
                for y in top..<min(top + block, height) {
                    for x in left..<min(left + block, width) {
                        let from = 3 * (walk.first + x * walk.right + y * walk.down)
                        let to = 3 * (y * width + x)
                        target[to] = source[from]
                        target[to + 1] = source[from + 1]
                        target[to + 2] = source[from + 2]
                    }
                }
            }
        }
    }
}
