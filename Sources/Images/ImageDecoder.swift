/// Untrusted bytes -> upright RGB. Sizes are read from the header and checked before anything is decoded.
///
/// What it gives for an opaque 8-bit picture equals Pillow's `convert("RGB")`. On purpose it differs in that EXIF
/// orientation is applied, transparency is laid on white, and 16-bit gray keeps its high byte (Pillow saturates).
public struct ImageDecoder: Sendable {
    /// The longest side of any picture; JPEG and GIF cannot have a longer one.
    public static let maxSide = 65_535

    /// The most pixels (width x height) that are decoded.
    public let maxPixels: Int

    public init(maxPixels: Int = 100_000_000) {
        self.maxPixels = maxPixels
    }

    /// Format, stored size and orientation, and the memory that `prepare` with `processor` will take, from the header
    /// alone. Throws when it is no picture or beyond the limits.
    public func header(
        of bytes: [UInt8], for processor: ImageProcessor = ImageProcessor()
    ) throws(ImageError) -> ImageHeader {
        let (format, decoder) = try open(bytes)
        let area = decoder.width * decoder.height
        return ImageHeader(
            format: format, width: decoder.width, height: decoder.height, orientation: decoder.orientation.rawValue,
            decodeMemory: 8 * area + 6 * processor.width * processor.height + 4_000_000)
    }

    /// The picture as the model takes it. `watch` is asked as the decode goes on, so that it can be paused or ended.
    public func prepare(
        _ bytes: [UInt8], with processor: ImageProcessor, watch: DecodeWatch = .none
    ) throws(ImageError) -> PreparedImage {
        let time = ProcessorTime()
        try watch.ask(time.used)
        let image = try decode(bytes)
        try watch.ask(time.used)
        return processor.prepare(image)
    }

    /// The upright picture: first frame, alpha on white, 16 bits a sample reduced to their high byte.
    public func decode(_ bytes: [UInt8]) throws(ImageError) -> RGBImage {
        let (_, decoder) = try open(bytes)
        let pixels = try decoder.decode()
        let stored = RGBImage(checkedWidth: decoder.width, height: decoder.height, pixels: pixels)
        return decoder.orientation.upright(stored)
    }

    private func open(_ bytes: [UInt8]) throws(ImageError) -> (ImageFormat, any FormatDecoder) {
        if bytes.isEmpty { throw .empty }
        guard let format = ImageFormat(sniffing: bytes) else {
            throw ForeignFormat.name(of: bytes).map { .foreignFormat($0) } ?? .notAPicture
        }
        let decoder = try Self.decoder(of: bytes, format)
        try checkSize(of: decoder, format)
        return (format, decoder)
    }

    private static func decoder(of bytes: [UInt8], _ format: ImageFormat) throws(ImageError) -> any FormatDecoder {
        switch format {
        case .jpeg: try JPEGDecoder(bytes)
        case .png: try PNGDecoder(bytes)
        case .webp: try WebPDecoder(bytes)
        case .gif: try GIFDecoder(bytes)
        case .bmp: try BMPDecoder(bytes)
        case .tiff: try TIFFDecoder(bytes)
        }
    }

    private func checkSize(of decoder: any FormatDecoder, _ format: ImageFormat) throws(ImageError) {
        let width = decoder.width
        let height = decoder.height
        guard width > 0, height > 0 else { throw .noPixels(format, width: width, height: height) }
        let (area, overflow) = width.multipliedReportingOverflow(by: height)
        guard !overflow, area <= maxPixels else {
            throw .tooManyPixels(format, width: width, height: height, limit: maxPixels)
        }
        guard width <= Self.maxSide, height <= Self.maxSide else {
            throw .tooLong(format, width: width, height: height, limit: Self.maxSide)
        }
    }
}
