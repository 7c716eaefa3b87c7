import CImageCodecs

/// WebP by libwebp: lossy, lossless, with alpha; of an animation the first frame that shows something, on white.
struct WebPDecoder: FormatDecoder {
    let orientation: Orientation
    let profile: ColorProfile?
    let memory: Int
    private let bytes: [UInt8]
    private let header: cimage_header
    private let frames: [WebPFrame]  // of an animation
    private let isCut: Bool  // there should be more of them

    init(_ bytes: [UInt8]) throws(ImageError) {
        self.bytes = bytes
        var animated: Int32 = 0
        header = try Codec.header(.webp, of: bytes[...], into: cimage_header()) {
            cimage_webp_header($0, $1, $2, &animated, $3)
        }
        let chunks = WebPChunks(bytes)
        orientation = OrientationTag.value(exif: chunks.first("EXIF"), xmp: chunks.first("XMP "))
        profile = chunks.first("ICCP").flatMap { $0.count <= ColorProfile.maxSize ? .icc(Array($0)) : nil }
        (frames, isCut) = animated == 0 ? ([], false) : try chunks.frames(maxCount: 16)
        memory = frames.map { Int($0.header.memory) }.max() ?? Int(header.memory)
    }

    var width: Int { Int(header.width) }
    var height: Int { Int(header.height) }

    func decode(into sink: any RowSink, _ progress: DecodeProgress) throws(ImageError) {
        guard let first = frames.first else {
            _ = try decode(WebPFrame(still: bytes[...], header), onlyOpaque: false, into: sink, progress)
            return
        }
        guard first.fits(width: width, height: height) else {
            throw .damaged(.webp, "its first frame is larger than its canvas")
        }
        for frame in frames where frame.fits(width: width, height: height) {
            if try decode(frame, onlyOpaque: true, into: sink, progress) { return }
        }
        if isCut { throw .damaged(.webp, "the file ends before a frame that shows something") }
        _ = try decode(first, onlyOpaque: false, into: sink, progress)
    }

    /// Gives the canvas with the frame on it; false, and no row, when nothing of it is opaque and `onlyOpaque`.
    private func decode(
        _ frame: WebPFrame, onlyOpaque: Bool, into sink: any RowSink, _ progress: DecodeProgress
    ) throws(ImageError) -> Bool {
        let (canvasWidth, header) = (width, frame.header)
        let (frameWidth, left) = (Int(header.width), frame.left)
        let colors = header.channels == 4 ? StoredColors.rgba(premultiplied: false) : .rgb
        var given = 0
        let isSeen = try Codec.rows(.webp, of: frame.image, width: frameWidth, progress) { row in
            if given == 0 { Self.giveWhite(frame.top, width: canvasWidth, to: sink) }
            given += 1
            sink.take { target in
                if frameWidth < canvasWidth { target.update(repeating: 255, count: 3 * canvasWidth) }
                colors.convert(row, width: frameWidth, into: target + 3 * left)
            }
        } _: {
            cimage_webp_decode($0, $1, header, onlyOpaque ? 1 : 0, $2, $3)
        }
        if isSeen { Self.giveWhite(height - frame.top - given, width: canvasWidth, to: sink) }
        return isSeen
    }

    private static func giveWhite(_ rows: Int, width: Int, to sink: any RowSink) {
        for _ in 0..<max(0, rows) { sink.take { $0.update(repeating: 255, count: 3 * width) } }
    }
}
