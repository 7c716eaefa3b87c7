/// Takes an image's rows one after the other, from the top as stored.
protocol RowSink: AnyObject {
    /// Whether it takes the rows of an image of inks as they are: [width, 4], 255 for all of an ink.
    var takesInks: Bool { get }
    /// Takes what the file says about its colours, where that is known only now; it comes before the first row.
    func learn(_ profile: ColorProfile, of model: ColorModel)
    /// `fill` writes the next row, [width, 3] RGB unless it takes inks, to where it is wanted.
    func take(_ fill: (UnsafeMutablePointer<UInt8>) -> Void)
}

extension RowSink {
    var takesInks: Bool { false }
    func learn(_ profile: ColorProfile, of model: ColorModel) {}
}

/// Keeps all of them.
final class WholeImage: RowSink {
    private let width: Int
    private let height: Int
    private let pixels: UnsafeMutableRawBufferPointer
    private var taken = 0

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = .allocate(byteCount: 3 * width * height, alignment: 64)
        LargePages.use(for: pixels)
    }

    deinit { pixels.deallocate() }

    func take(_ fill: (UnsafeMutablePointer<UInt8>) -> Void) {
        guard taken < height, let start = pixels.baseAddress else { return }
        fill((start + taken * 3 * width).assumingMemoryBound(to: UInt8.self))
        taken += 1
    }

    /// The image as stored, once all of its rows are there.
    func stored() -> RGBImage? {
        taken == height ? RGBImage(checkedWidth: width, height: height, pixels: [UInt8](pixels)) : nil
    }
}
