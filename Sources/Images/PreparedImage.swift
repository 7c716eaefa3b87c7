/// An image as the model takes it: resized, with what turns its bytes into pixel values.
public struct PreparedImage: Sendable {
    /// The resized image.
    public let pixels: RGBImage
    /// Columns of the upright image before it was resized; answers' coordinates refer to it.
    public let originalWidth: Int
    /// Rows of the upright image before it was resized.
    public let originalHeight: Int

    private let values: [Float]  // [3, 256]: the value of each byte in each channel

    init(pixels: RGBImage, originalWidth: Int, originalHeight: Int, values: [Float]) {
        self.pixels = pixels
        self.originalWidth = originalWidth
        self.originalHeight = originalHeight
        self.values = values
    }

    /// The same without pixels, for who needs its size only.
    public func withoutPixels() -> PreparedImage {
        PreparedImage(
            pixels: RGBImage(checkedWidth: 0, height: 0, pixels: []), originalWidth: originalWidth,
            originalHeight: originalHeight, values: values)
    }

    /// [height, width, 3] normalised values.
    public func pixelValues() -> [Float] {
        [Float](unsafeUninitializedCapacity: pixels.pixels.count) { target, filled in
            LargePages.use(for: UnsafeMutableRawBufferPointer(target))
            pixelValues(into: target)
            filled = pixels.pixels.count
        }
    }

    /// Writes the normalised values [height, width, 3] to the start of `target`, which must have room for them.
    public func pixelValues(into target: UnsafeMutableBufferPointer<Float>) {
        pixels.pixels.withUnsafeBufferPointer { bytes in
            values.withUnsafeBufferPointer { values in
                for index in stride(from: 0, to: bytes.count, by: 3) {
                    target[index] = values[Int(bytes[index])]
                    target[index + 1] = values[256 + Int(bytes[index + 1])]
                    target[index + 2] = values[512 + Int(bytes[index + 2])]
                }
            }
        }
    }
}
