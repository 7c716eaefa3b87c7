/// Pillow 11.2.1's resize of 8-bit RGB, bit for bit: horizontal pass, rounded to 8 bits, then vertical pass.
package enum Resize {
    /// The picture at `width` x `height` (both at least 1); the aspect ratio is not kept.
    package static func bicubic(
        _ image: RGBImage, width: Int, height: Int, kernels: PixelKernels = .current
    ) -> RGBImage {
        if image.width == width, image.height == height { return image }
        let columns = HorizontalPass(from: image, to: width, kernels)
        let rows = VerticalPass(from: image.height, to: height, rowBytes: 3 * width, kernels)
        let pixels = [UInt8](unsafeUninitializedCapacity: height * 3 * width) { target, filled in
            image.pixels.withUnsafeBufferPointer { source in
                guard let source = source.baseAddress, let target = target.baseAddress else { return }
                run(columns, rows, from: source, into: target)
            }
            filled = height * 3 * width
        }
        return RGBImage(checkedWidth: width, height: height, pixels: pixels)
    }

    /// A pass that would change nothing is left out.
    private static func run(
        _ columns: HorizontalPass?, _ rows: VerticalPass?, from source: UnsafePointer<UInt8>,
        into target: UnsafeMutablePointer<UInt8>
    ) {
        switch (columns, rows) {
        case (let columns?, let rows?):
            columns.withRows(of: source, kept: rows.maxCount) { row in rows.run(into: target, row: row) }
        case (let columns?, nil):
            columns.run(0..<columns.height, of: source, into: target)
        case (nil, let rows?):
            rows.run(into: target) { source + $0 * rows.rowBytes }
        case (nil, nil):
            break  // the size is the same: it did not come here
        }
    }
}
