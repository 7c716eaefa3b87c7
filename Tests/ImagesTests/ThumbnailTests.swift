import Images
import Testing

@Suite struct ThumbnailTests {
    /// Sides as the image has them, however the model squeezes it, and never larger than there is something to see.
    @Test(arguments: [
        (200, 100, 160, 160, 80), (100, 200, 160, 80, 160), (100, 50, 160, 100, 50), (300, 1, 160, 160, 1),
        (300, 300, 16, 16, 16), (900, 600, 512, 96, 64),
    ])
    func sidesAreTheImages(_ width: Int, _ height: Int, _ side: Int, _ toWidth: Int, _ toHeight: Int) throws {
        let processor =
            width == 900
            ? try ImageProcessor(preprocessorConfig: Array(#"{"size": {"width": 96, "height": 96}}"#.utf8))
            : ImageProcessor()
        let pixels = (0..<width * height).flatMap { [UInt8($0 % width * 255 / width), 128, 64] as [UInt8] }
        let image = try #require(RGBImage(width: width, height: height, pixels: pixels))
        let file = try #require(processor.prepare(image).thumbnail(side: side))
        let thumbnail = try ImageDecoder().decode(file)
        #expect(thumbnail.width == toWidth && thumbnail.height == toHeight)
        // From dark to bright, as the image.
        #expect(thumbnail.pixels[0] < 64)
        #expect(thumbnail.pixels[3 * (thumbnail.width - 1)] > 192 || thumbnail.width < 16)
    }

    @Test func withoutPixelsThereIsNone() throws {
        let image = try #require(RGBImage(width: 2, height: 2, pixels: [UInt8](repeating: 9, count: 12)))
        #expect(ImageProcessor().prepare(image).withoutPixels().thumbnail(side: 160) == nil)
    }

    /// Noise is the longest that there is.
    @Test func noiseFits() throws {
        let pixels = Noise.bytes(3 * 512 * 512, seed: 3)
        let image = try #require(RGBImage(width: 512, height: 512, pixels: pixels))
        #expect(try #require(ImageProcessor().prepare(image).thumbnail(side: 512)).count > 50_000)
    }
}
