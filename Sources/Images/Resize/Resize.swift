/// Pillow 11.2.1's resize of 8-bit RGB, bit for bit: horizontal pass, rounded to 8 bits, then vertical pass.
package enum Resize {
    /// The image at `width` x `height` (both at least 1); the aspect ratio is not kept.
    package static func bicubic(
        _ image: RGBImage, width: Int, height: Int, kernels: PixelKernels = .current
    ) -> RGBImage {
        if image.width == width, image.height == height { return image }
        return streamed(image, orientation: 1, width: width, height: height, kernels: kernels) ?? image
    }

    /// The same from a stored image whose rows come one after the other, turned as the EXIF orientation says; nil when
    /// that is none.
    package static func streamed(
        _ stored: RGBImage, orientation: Int, width: Int, height: Int, kernels: PixelKernels = .current
    ) -> RGBImage? {
        guard let orientation = Orientation(rawValue: orientation) else { return nil }
        let resize = RowResize(
            width: stored.width, height: stored.height, orientation, to: width, height, kernels: kernels)
        stored.pixels.withUnsafeBufferPointer { source in
            guard let start = source.baseAddress else { return }
            for y in 0..<stored.height {
                resize.take { $0.update(from: start + y * 3 * stored.width, count: 3 * stored.width) }
            }
        }
        return resize.upright()
    }
}
