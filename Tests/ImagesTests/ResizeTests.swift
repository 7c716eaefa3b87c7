import Images
import Testing

@Suite struct ResizeTests {
    @Test(arguments: Goldens.all.resize.indices)
    func resizeIsPillowsBitForBit(_ index: Int) throws {
        let golden = Goldens.all.resize[index]
        let (width, height) = (golden.from[0], golden.from[1])
        let pixels = Noise.bytes(width * height * 3, seed: UInt32(truncatingIfNeeded: width * 65537 + height))
        let image = try #require(RGBImage(width: width, height: height, pixels: pixels))
        let resized = Resize.bicubic(image, width: golden.to[0], height: golden.to[1])
        #expect(resized.width == golden.to[0])
        #expect(resized.height == golden.to[1])
        #expect(fnv1a64(resized.pixels) == golden.rgb, "\(golden.from) -> \(golden.to)")
    }

    /// Plain loops over a whole intermediate picture, as the formula is written down.
    @Test func streamingEqualsTwoWholePasses() throws {
        for (width, height, toWidth, toHeight) in [(41, 67, 30, 20), (7, 9, 31, 40), (12, 80, 12, 9), (80, 12, 9, 12)] {
            let pixels = Noise.bytes(width * height * 3, seed: 7)
            let image = try #require(RGBImage(width: width, height: height, pixels: pixels))
            let wide = Self.resample(pixels, lines: height, from: width, to: toWidth, step: 3, lineStep: 3 * width)
            let turned = Self.turn(wide, width: toWidth, height: height)
            let tall = Self.resample(turned, lines: toWidth, from: height, to: toHeight, step: 3, lineStep: 3 * height)
            let expected = Self.turn(tall, width: toHeight, height: toWidth)
            #expect(Resize.bicubic(image, width: toWidth, height: toHeight).pixels == expected)
        }
    }

    private static func resample(
        _ pixels: [UInt8], lines: Int, from size: Int, to newSize: Int, step: Int, lineStep: Int
    ) -> [UInt8] {
        if size == newSize { return pixels }
        let scale = Double(size) / Double(newSize)
        let filterScale = max(scale, 1)
        var result: [UInt8] = []
        for line in 0..<lines {
            for position in 0..<newSize {
                let center = (Double(position) + 0.5) * scale
                let first = max(Int(center - 2 * filterScale + 0.5), 0)
                let window = first..<min(Int(center + 2 * filterScale + 0.5), size)
                let weights = window.map { cubic((Double($0) - center + 0.5) * (1 / filterScale)) }
                let sum = weights.reduce(0, +)
                let fixed = weights.map { Int(($0 / sum * 4_194_304 + ($0 < 0 ? -0.5 : 0.5)).rounded(.towardZero)) }
                for channel in 0..<3 {
                    var total = 1 << 21
                    for (index, weight) in zip(window, fixed) {
                        total += Int(pixels[line * lineStep + index * step + channel]) * weight
                    }
                    result.append(UInt8(clamping: total >> 22))
                }
            }
        }
        return result
    }

    private static func cubic(_ offset: Double) -> Double {
        let x = abs(offset)
        if x < 1 { return (1.5 * x - 2.5) * x * x + 1 }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * -0.5 : 0
    }

    private static func turn(_ pixels: [UInt8], width: Int, height: Int) -> [UInt8] {
        var turned: [UInt8] = []
        for x in 0..<width {
            for y in 0..<height {
                let start = 3 * (y * width + x)
                turned.append(contentsOf: pixels[start..<start + 3])
            }
        }
        return turned
    }
}
