import CImageCodecs

extension PreparedImage {
    /// A small JPEG file of the upright image, made of what the model sees: no side is longer than `side`, than the
    /// image's own or than what the model sees. nil where there are no pixels.
    public func thumbnail(side: Int) -> [UInt8]? {
        let longest = max(originalWidth, originalHeight)
        guard pixels.width > 0, pixels.height > 0, longest > 0, side > 0 else { return nil }
        let most = min(side, longest, max(pixels.width, pixels.height))
        let scale = Double(most) / Double(longest)
        func scaled(_ length: Int) -> Int { max(1, Int((Double(length) * scale).rounded())) }
        return Resize.bicubic(pixels, width: scaled(originalWidth), height: scaled(originalHeight)).jpeg(quality: 80)
    }
}

extension RGBImage {
    /// The image as a JPEG file; nil where libjpeg could not.
    fileprivate func jpeg(quality: Int32) -> [UInt8]? {
        // A JPEG of noise is as long as its pixels, and it has a head.
        let capacity = 2 * pixels.count + 4096
        let file = [UInt8](unsafeUninitializedCapacity: capacity) { target, filled in
            guard let start = target.baseAddress else { return }
            filled = cimage_jpeg_encode(pixels, UInt32(width), UInt32(height), quality, start, capacity)
        }
        return file.isEmpty ? nil : file
    }
}
