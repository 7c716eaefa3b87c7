/// The resize's slow twin: plain loops over whole images, as the formula is written down.
enum PlainResize {
    /// [height, width, 3] -> [toHeight, toWidth, 3].
    static func bicubic(_ pixels: [UInt8], width: Int, height: Int, to toWidth: Int, _ toHeight: Int) -> [UInt8] {
        let wide = resample(pixels, lines: height, from: width, to: toWidth)
        let turned = turn(wide, width: toWidth, height: height)
        let tall = resample(turned, lines: toWidth, from: height, to: toHeight)
        return turn(tall, width: toHeight, height: toWidth)
    }

    /// Each of `lines` lines of `size` pixels by itself.
    private static func resample(_ pixels: [UInt8], lines: Int, from size: Int, to newSize: Int) -> [UInt8] {
        if size == newSize { return pixels }
        let scale = Double(size) / Double(newSize)
        let filterScale = max(scale, 1)
        var result = [UInt8](repeating: 0, count: lines * newSize * 3)
        for position in 0..<newSize {
            let center = (Double(position) + 0.5) * scale
            let first = max(Int(center - 2 * filterScale + 0.5), 0)
            let window = first..<min(Int(center + 2 * filterScale + 0.5), size)
            let weights = window.map { cubic((Double($0) - center + 0.5) * (1 / filterScale)) }
            let sum = weights.reduce(0, +)
            let fixed = weights.map { Int(($0 / sum * 4_194_304 + ($0 < 0 ? -0.5 : 0.5)).rounded(.towardZero)) }
            for line in 0..<lines {
                for channel in 0..<3 {
                    var total = 1 << 21
                    for (index, weight) in zip(window, fixed) {
                        total += Int(pixels[(line * size + index) * 3 + channel]) * weight
                    }
                    result[(line * newSize + position) * 3 + channel] = UInt8(clamping: total >> 22)
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
        turned.reserveCapacity(pixels.count)
        for x in 0..<width {
            for y in 0..<height {
                let start = 3 * (y * width + x)
                turned.append(contentsOf: pixels[start..<start + 3])
            }
        }
        return turned
    }
}
