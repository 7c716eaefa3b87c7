/// Pillow 11.2.1's resize of 8-bit RGB, bit for bit: horizontal pass, rounded to 8 bits, then vertical pass.
package enum Resize {
    /// The picture at `width` x `height` (both at least 1); the aspect ratio is not kept.
    package static func bicubic(_ image: RGBImage, width: Int, height: Int) -> RGBImage {
        if image.width == width, image.height == height { return image }
        let columns = image.width == width ? nil : BicubicCoefficients(from: image.width, to: width)
        let rowBytes = 3 * width
        let inputRowBytes = 3 * image.width
        let rows = VerticalPass(from: image.height, to: height, rowBytes: rowBytes)
        let pixels = [UInt8](unsafeUninitializedCapacity: height * rowBytes) { target, filled in
            image.pixels.withUnsafeBufferPointer { source in
                withUnsafeTemporaryAllocation(of: UInt8.self, capacity: rowBytes) { scratch in
                    rows.run(into: target) { y in
                        let row = UnsafeBufferPointer(rebasing: source[y * inputRowBytes..<(y + 1) * inputRowBytes])
                        guard let columns else { return row }
                        resample(row, columns, into: scratch)
                        return UnsafeBufferPointer(scratch)
                    }
                }
            }
            filled = height * rowBytes
        }
        return RGBImage(checkedWidth: width, height: height, pixels: pixels)
    }

    /// One row: [input width, 3] -> [columns.windows.count, 3].
    private static func resample(
        _ row: UnsafeBufferPointer<UInt8>, _ columns: BicubicCoefficients,
        into target: UnsafeMutableBufferPointer<UInt8>
    ) {
        columns.weights.withUnsafeBufferPointer { weights in
            columns.windows.withUnsafeBufferPointer { windows in
                for x in 0..<windows.count {
                    let start = x &* columns.stride
                    var red = FixedPoint.half
                    var green = FixedPoint.half
                    var blue = FixedPoint.half
                    var from = 3 &* windows[x].first
                    for index in start..<start &+ windows[x].count {
                        let weight = weights[index]
                        red &+= Int32(row[from]) &* weight
                        green &+= Int32(row[from &+ 1]) &* weight
                        blue &+= Int32(row[from &+ 2]) &* weight
                        from &+= 3
                    }
                    target[3 &* x] = FixedPoint.byte(red)
                    target[3 &* x &+ 1] = FixedPoint.byte(green)
                    target[3 &* x &+ 2] = FixedPoint.byte(blue)
                }
            }
        }
    }
}
