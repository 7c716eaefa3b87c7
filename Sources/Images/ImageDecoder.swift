import RawPreviews

/// Untrusted bytes -> upright RGB. Sizes are read from the header and checked before anything is decoded.
///
/// What it gives for an opaque 8-bit image equals Pillow's `convert("RGB")`. On purpose it differs in that EXIF
/// orientation is applied, transparency is laid on white, and 16-bit gray keeps its high byte (Pillow saturates).
/// Where the image is prepared for the model, a colour profile is converted to sRGB; Pillow leaves it alone.
/// A file that is damaged behind its last row, or in a checksum only, is read: nothing of the image is lost.
public struct ImageDecoder: Sendable {
    /// The longest side of any image; JPEG and GIF cannot have a longer one.
    public static let maxSide = 65_535

    /// The most pixels (width x height) that are decoded.
    public let maxPixels: Int
    /// How much work an image may be.
    public let limits: DecodeLimits
    /// The formats that are read; files of others are refused.
    public let formats: Set<ImageFormat>
    /// What decodes HEIC, AVIF and JPEG XL, each image in a process of its own.
    private let program: DecoderProgram

    /// Those of all images that this decoder and its copies prepare.
    private let transforms = ColorTransforms()

    /// - Parameter program: By default the one that runs: then it has to call `DecoderChild.runIfAsked`.
    public init(
        maxPixels: Int = 100_000_000, limits: DecodeLimits = DecodeLimits(),
        formats: Set<ImageFormat> = Set(ImageFormat.allCases), program: DecoderProgram = .current
    ) {
        self.maxPixels = maxPixels
        self.limits = limits
        self.formats = formats
        self.program = program
    }

    /// Format, stored size and orientation, and the memory that `prepare` with `processor` will take, from the header
    /// alone. Throws when it is no image or beyond the limits.
    public func header(
        of bytes: [UInt8], for processor: ImageProcessor = ImageProcessor()
    ) throws(ImageError) -> ImageHeader {
        let (format, decoder) = try open(bytes)
        let memory = decoder.model == .cmyk ? InkResize.memory : RowResize.memory
        let resize = memory(decoder.width, decoder.height, decoder.orientation, processor.width, processor.height)
        return ImageHeader(
            format: format, width: decoder.width, height: decoder.height, orientation: decoder.orientation.rawValue,
            decodeMemory: max(decoder.memory + resize, decoder.profile?.memory ?? 0))
    }

    /// The upright image: alpha on white, of several frames the first that shows something, of more than 8 bits a
    /// sample their high byte. Its colours are those of the file, whatever its profile says of them.
    public func decode(_ bytes: [UInt8], watch: DecodeWatch = .none) throws(ImageError) -> RGBImage {
        let (format, decoder) = try open(bytes)
        let image = WholeImage(width: decoder.width, height: decoder.height)
        try decoder.decode(into: image, progress(of: bytes, format, watch))
        guard let stored = image.stored() else { throw .damaged(format, "rows of it are missing") }
        return decoder.orientation.upright(stored)
    }

    /// The same image as `processor` prepares it for the model; its rows are resized as they come, so that it is
    /// never whole in memory. `watch` is asked as the decode goes on, so that it can be paused or ended.
    public func prepare(
        _ bytes: [UInt8], with processor: ImageProcessor, watch: DecodeWatch = .none
    ) throws(ImageError) -> PreparedImage {
        let (format, decoder) = try open(bytes)
        let transform = decoder.profile.flatMap { transforms.transform(for: $0, of: decoder.model) }
        let pixels = try resized(decoder, to: processor, transform, progress(of: bytes, format, watch))
        guard let pixels else { throw .damaged(format, "rows of it are missing") }
        let stored = (width: decoder.width, height: decoder.height)
        let upright = decoder.orientation.swapsSides ? (width: stored.height, height: stored.width) : stored
        return processor.prepared(pixels, originalWidth: upright.width, originalHeight: upright.height)
    }

    /// Colours are converted last, where there are few pixels; so inks are resized as inks.
    private func resized(
        _ decoder: any FormatDecoder, to processor: ImageProcessor, _ transform: ColorTransform?,
        _ progress: DecodeProgress
    ) throws(ImageError) -> RGBImage? {
        let (width, height, orientation) = (decoder.width, decoder.height, decoder.orientation)
        if let transform, transform.model == .cmyk {
            let resize = InkResize(
                width: width, height: height, orientation, to: processor.width, processor.height)
            try decoder.decode(into: resize, progress)
            return resize.upright(by: transform)
        }
        let resize = RowResize(width: width, height: height, orientation, to: processor.width, processor.height)
        try decoder.decode(into: resize, progress)
        // A profile goes before numbers that the header has.
        let learned = resize.profile.map { transforms.transform(for: $0.colors, of: $0.model) } ?? transform
        return resize.upright().map { learned?.converted($0) ?? $0 }
    }

    private func progress(of bytes: [UInt8], _ format: ImageFormat, _ watch: DecodeWatch) -> DecodeProgress {
        DecodeProgress(format, size: bytes.count, limits: limits, watch: watch)
    }

    private func open(_ bytes: [UInt8]) throws(ImageError) -> (ImageFormat, any FormatDecoder) {
        if bytes.isEmpty { throw .empty }
        if let file = Self.preview(of: bytes) { return try open(preview: file) }
        guard let format = ImageFormat(sniffing: bytes) else {
            throw ForeignFormat.name(of: bytes).map { .foreignFormat($0) } ?? .notAnImage
        }
        guard formats.contains(format) else { throw .switchedOff(format) }
        let decoder = try decoder(of: bytes, format)
        try checkSize(of: decoder, format)
        return (format, decoder)
    }

    /// The JPEG file that is decoded in the place of a RAW file; nil for other files.
    public static func preview(of bytes: [UInt8]) -> [UInt8]? {
        let sniffed = ImageFormat(sniffing: bytes)
        // A RAW file is often a TIFF as well, of which libtiff reads the smallest image.
        return sniffed == .tiff || sniffed == nil ? RawPreview(bytes)?.file : nil
    }

    private func open(preview: [UInt8]) throws(ImageError) -> (ImageFormat, any FormatDecoder) {
        guard formats.contains(.jpeg) else { throw .switchedOff(.jpeg) }
        let decoder = try JPEGDecoder(preview, isCopy: true)
        try checkSize(of: decoder, .jpeg)
        return (.jpeg, decoder)
    }

    private func decoder(of bytes: [UInt8], _ format: ImageFormat) throws(ImageError) -> any FormatDecoder {
        switch format {
        case .jpeg: try JPEGDecoder(bytes)
        case .png: try PNGDecoder(bytes)
        case .webp: try WebPDecoder(bytes)
        case .gif: try GIFDecoder(bytes)
        case .bmp: try BMPDecoder(bytes)
        case .tiff: try TIFFDecoder(bytes)
        case .heif, .avif, .jxl: try GuestDecoder(bytes, format, program, limits)
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

/// What a file says of its image before anything is decoded.
public struct ImageHeader: Sendable, Equatable {
    /// The format, told by content.
    public let format: ImageFormat
    /// Columns as stored; an orientation of 5...8 makes them the rows of the upright image.
    public let width: Int
    /// Rows as stored.
    public let height: Int
    /// The EXIF orientation, 1...8; 1 is upright.
    public let orientation: Int
    /// The most bytes that decoding and resizing take at a time, those of the file not counted.
    public let decodeMemory: Int
}
