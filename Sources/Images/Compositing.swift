/// Lays transparent pictures on white paper.
enum Compositing {
    /// Turns [count, 4] RGBA (not multiplied by alpha) into [count, 3] in place.
    static func layStraightOnWhite(_ pixels: inout [UInt8]) {
        let count = pixels.count / 4
        pixels.withUnsafeMutableBufferPointer { buffer in
            for i in 0..<count {
                let alpha = UInt32(buffer[4 * i + 3])
                let paper = 255 &* (255 &- alpha) &+ 127
                for c in 0..<3 {
                    let color = UInt32(buffer[4 * i + c])
                    buffer[3 * i + c] = UInt8(truncatingIfNeeded: (color &* alpha &+ paper) / 255)
                }
            }
        }
        pixels.removeLast(count)
    }

    /// Turns [count, 4] RGBA, colours already multiplied by alpha, into [count, 3] in place.
    static func layPremultipliedOnWhite(_ pixels: inout [UInt8]) {
        let count = pixels.count / 4
        pixels.withUnsafeMutableBufferPointer { buffer in
            for i in 0..<count {
                let paper = 255 &- UInt16(buffer[4 * i + 3])
                for c in 0..<3 {
                    buffer[3 * i + c] = UInt8(truncatingIfNeeded: min(255, UInt16(buffer[4 * i + c]) &+ paper))
                }
            }
        }
        pixels.removeLast(count)
    }
}
