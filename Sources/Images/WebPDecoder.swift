import CImageCodecs

/// WebP by libwebp: lossy, lossless, with alpha; of an animation the first frame on a white canvas.
struct WebPDecoder: FormatDecoder {
    private let bytes: [UInt8]
    private let header: cimage_header
    private let isAnimated: Bool

    init(_ bytes: [UInt8]) throws(ImageError) {
        self.bytes = bytes
        var animated: Int32 = 0
        header = try Codec.header(.webp, of: bytes, into: cimage_header()) {
            cimage_webp_header($0, $1, $2, &animated, $3)
        }
        isAnimated = animated != 0
    }

    var width: Int { Int(header.width) }
    var height: Int { Int(header.height) }

    /// From the EXIF chunk; some writers put JPEG's "Exif" mark before it.
    var orientation: Orientation {
        guard let exif = chunk("EXIF") else { return .upright }
        let hasMark = ByteReader(exif).hasText("Exif\0\0", at: 0)
        return Orientation(exif: hasMark ? exif.dropFirst(6) : exif)
    }

    func decode() throws(ImageError) -> [UInt8] {
        isAnimated ? try decodeFirstFrame() : try Self.decodeStill(bytes, header)
    }

    private static func decodeStill(_ bytes: [UInt8], _ header: cimage_header) throws(ImageError) -> [UInt8] {
        let channels = Int(header.channels)
        let count = Int(header.width) * Int(header.height) * channels
        var pixels = try Codec.pixels(.webp, of: bytes, count: count) {
            cimage_webp_decode($0, $1, header, $2, $3)
        }
        if channels == 4 { Compositing.layStraightOnWhite(&pixels) }
        return pixels
    }

    /// The frame's place is in the ANMF chunk's 16 bytes (24-bit numbers, offsets halved); its picture follows them.
    private func decodeFirstFrame() throws(ImageError) -> [UInt8] {
        guard let frame = chunk("ANMF"), frame.count > 16 else { throw .damaged(.webp, "it has no complete frame") }
        let reader = ByteReader(frame)
        let left = 2 * ((reader.uint32(at: 0, .little) ?? 0) & 0xFF_FFFF)
        let top = 2 * ((reader.uint32(at: 3, .little) ?? 0) & 0xFF_FFFF)
        let picture = Array(frame.dropFirst(16))
        var animated: Int32 = 0
        let size = try Codec.header(.webp, of: picture, into: cimage_header()) {
            cimage_webp_header($0, $1, $2, &animated, $3)
        }
        guard left + Int(size.width) <= width, top + Int(size.height) <= height else {
            throw .damaged(.webp, "its first frame is larger than its canvas")
        }
        let pixels = try Self.decodeStill(picture, size)
        if size.width == header.width, size.height == header.height { return pixels }
        return onCanvas(pixels, width: Int(size.width), left: left, top: top)
    }

    private func onCanvas(_ pixels: [UInt8], width frameWidth: Int, left: Int, top: Int) -> [UInt8] {
        var canvas = [UInt8](repeating: 255, count: width * height * 3)
        let rowBytes = 3 * frameWidth
        for (index, start) in stride(from: 0, to: pixels.count, by: rowBytes).enumerated() {
            let target = 3 * ((top + index) * width + left)
            canvas.replaceSubrange(target..<target + rowBytes, with: pixels[start..<start + rowBytes])
        }
        return canvas
    }

    /// The payload of the first RIFF chunk of that name.
    private func chunk(_ name: String) -> ArraySlice<UInt8>? {
        let reader = ByteReader(bytes)
        var offset = 12
        while let length = reader.uint32(at: offset + 4, .little) {
            if reader.hasText(name, at: offset) { return reader.slice(at: offset + 8, count: length) }
            offset += 8 + length + length % 2
        }
        return nil
    }
}
