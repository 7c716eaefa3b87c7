/// CMYK -> RGB without a colour profile, as Pillow converts it.
enum CMYK {
    /// Turns [count, 4] C, M, Y, K into [count, 3] in place; `inverted`: 255 is no ink, as Adobe's JPEG files have it.
    static func convertToRGB(_ pixels: inout [UInt8], inverted: Bool) {
        let count = pixels.count / 4
        let flip: UInt8 = inverted ? 255 : 0
        pixels.withUnsafeMutableBufferPointer { buffer in
            for i in 0..<count {
                let white = Int32(255 - (buffer[4 * i + 3] ^ flip))
                for c in 0..<3 {
                    buffer[3 * i + c] = channel(ink: buffer[4 * i + c] ^ flip, white: white)
                }
            }
        }
        pixels.removeLast(count)
    }

    /// white - white * ink / 255, rounded as Pillow's MULDIV255 (libImaging/Convert.c, cmyk2rgb).
    @inline(__always)
    private static func channel(ink: UInt8, white: Int32) -> UInt8 {
        let product = Int32(ink) &* white &+ 128
        let scaled = ((product >> 8) &+ product) >> 8
        return UInt8(truncatingIfNeeded: max(0, min(255, white &- scaled)))
    }
}
