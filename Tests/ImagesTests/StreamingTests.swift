import Images
import Testing

/// An image prepared row by row equals one that is decoded whole, turned, and resized then.
@Suite struct StreamingTests {
    private static func processor(_ width: Int, _ height: Int) throws -> ImageProcessor {
        try ImageProcessor(
            preprocessorConfig: Array(#"{"size": {"width": \#(width), "height": \#(height)}}"#.utf8))
    }

    /// Larger, smaller, as large, one pixel; also the file's own sides, upright and turned.
    private static func targets(_ image: RGBImage) -> [(Int, Int)] {
        let (w, h) = (image.width, image.height)
        return [(64, 48), (5, 7), (1, 1), (w, h), (h, w), (w, 9), (9, h), (w + 1, h - 1 < 1 ? 1 : h - 1)]
    }

    @Test(arguments: Goldens.all.files)
    func streamedEqualsWhole(_ golden: Goldens.File) throws {
        let bytes = try golden.bytes
        let image = try ImageDecoder().decode(bytes)
        for (width, height) in Self.targets(image) {
            let processor = try Self.processor(width, height)
            let streamed = try ImageDecoder().prepare(bytes, with: processor)
            let whole = processor.prepare(image)
            #expect(streamed.pixels == whole.pixels, "\(width) x \(height)")
            #expect(streamed.originalWidth == image.width)
            #expect(streamed.originalHeight == image.height)
        }
    }

    /// Every orientation of sizes whose blocks and windows end differently, one pixel wide or high among them.
    @Test(arguments: 1...8, PixelKernels.supported)
    func turnedRowsEqualTheTurnedImage(_ orientation: Int, _ kernels: PixelKernels) throws {
        let sides = [1, 2, 3, 4, 5, 7, 8, 9, 31, 64, 130]
        var noise = Noise(seed: UInt32(orientation))
        for _ in 0..<250 {
            let (width, height, toWidth, toHeight) = (
                sides.randomElement(using: &noise) ?? 1, sides.randomElement(using: &noise) ?? 1,
                sides.randomElement(using: &noise) ?? 1, sides.randomElement(using: &noise) ?? 1
            )
            let pixels = Noise.bytes(width * height * 3, seed: UInt32(width * 131 + height))
            let stored = try #require(RGBImage(width: width, height: height, pixels: pixels))
            let streamed = Resize.streamed(
                stored, orientation: orientation, width: toWidth, height: toHeight, kernels: kernels)
            let upright = Self.upright(stored, orientation)
            let expected = PlainResize.bicubic(
                upright.pixels, width: upright.width, height: upright.height, to: toWidth, toHeight)
            #expect(streamed?.pixels == expected, "\(width) x \(height) to \(toWidth) x \(toHeight)")
        }
    }

    /// By the standard's words: where the stored first row and column belong.
    private static func upright(_ image: RGBImage, _ orientation: Int) -> RGBImage {
        let (w, h) = (image.width, image.height)
        let size = orientation >= 5 ? (h, w) : (w, h)
        var pixels = [UInt8](repeating: 0, count: 3 * w * h)
        for y in 0..<h {
            for x in 0..<w {
                let (column, row) =
                    switch orientation {
                    case 2: (w - 1 - x, y)
                    case 3: (w - 1 - x, h - 1 - y)
                    case 4: (x, h - 1 - y)
                    case 5: (y, x)
                    case 6: (h - 1 - y, x)
                    case 7: (h - 1 - y, w - 1 - x)
                    case 8: (y, w - 1 - x)
                    default: (x, y)
                    }
                let (from, to) = (3 * (y * w + x), 3 * (row * size.0 + column))
                pixels.replaceSubrange(to..<to + 3, with: image.pixels[from..<from + 3])
            }
        }
        return RGBImage(width: size.0, height: size.1, pixels: pixels) ?? image
    }
}
