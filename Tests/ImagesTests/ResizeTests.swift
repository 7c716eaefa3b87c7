import Images
import Testing

@Suite struct ResizeTests {
    @Test(arguments: Goldens.all.resize.indices, PixelKernels.supported)
    func resizeIsPillowsBitForBit(_ index: Int, _ kernels: PixelKernels) throws {
        let golden = Goldens.all.resize[index]
        let (width, height) = (golden.from[0], golden.from[1])
        let pixels = Noise.bytes(width * height * 3, seed: UInt32(truncatingIfNeeded: width * 65537 + height))
        let image = try #require(RGBImage(width: width, height: height, pixels: pixels))
        let resized = Resize.bicubic(image, width: golden.to[0], height: golden.to[1], kernels: kernels)
        #expect(resized.width == golden.to[0])
        #expect(resized.height == golden.to[1])
        #expect(fnv1a64(resized.pixels) == golden.rgb, "\(golden.from) -> \(golden.to)")
    }

    /// Sides of one pixel, widths around a multiple of a vector, extreme ratios, one pass left out.
    static let sizes: [[Int]] = [
        [41, 67, 30, 20], [7, 9, 31, 40], [12, 80, 12, 9], [80, 12, 9, 12], [1, 1, 5, 7], [1, 1, 64, 1], [9, 9, 1, 1],
        [1, 500, 3, 2], [500, 1, 2, 3], [3000, 2, 2, 300], [2, 3000, 300, 2], [5000, 3, 1, 1], [3, 5000, 1, 1],
        [16, 4, 15, 4], [17, 5, 16, 5], [63, 3, 21, 6], [64, 7, 22, 8], [65, 4, 43, 3], [200, 9, 768, 9],
        [9, 200, 9, 768], [333, 257, 11, 10],
    ]

    @Test(arguments: sizes, PixelKernels.supported)
    func resizeEqualsPlainLoops(_ size: [Int], _ kernels: PixelKernels) throws {
        try compare(size, Noise.bytes(size[0] * size[1] * 3, seed: 7), kernels)
        // Black and white overshoot: sums leave the range of a byte.
        let harsh = Noise.bytes(size[0] * size[1] * 3, seed: 8).map { $0 < 128 ? UInt8(0) : 255 }
        try compare(size, harsh, kernels)
    }

    @Test(arguments: PixelKernels.supported)
    func resizeOfRandomSizesEqualsPlainLoops(_ kernels: PixelKernels) throws {
        var noise = Noise(seed: 99)
        for round in 0..<150 {
            let size = (0..<4).map { _ in
                let limit = [3, 20, 90][Int(noise.byte()) % 3]
                return 1 + Int(noise.byte()) % limit
            }
            try compare(size, Noise.bytes(size[0] * size[1] * 3, seed: UInt32(round + 1)), kernels)
        }
    }

    private func compare(_ size: [Int], _ pixels: [UInt8], _ kernels: PixelKernels) throws {
        let image = try #require(RGBImage(width: size[0], height: size[1], pixels: pixels))
        let resized = Resize.bicubic(image, width: size[2], height: size[3], kernels: kernels)
        let expected = PlainResize.bicubic(pixels, width: size[0], height: size[1], to: size[2], size[3])
        #expect(resized.pixels == expected, "\(size)")
    }
}
