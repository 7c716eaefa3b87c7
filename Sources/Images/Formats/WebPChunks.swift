import CImageCodecs

/// The chunks of a WebP file.
struct WebPChunks {
    private let reader: ByteReader

    init(_ bytes: [UInt8]) {
        reader = ByteReader(bytes)
    }

    /// The payload of the first chunk of that name.
    func first(_ name: String) -> ArraySlice<UInt8>? {
        var found: ArraySlice<UInt8>?
        walk(name) { payload in
            found = payload
            return false
        }
        return found
    }

    /// The first frames of an animation, those after the first up to one that is damaged or cut off, which `isCut` tells.
    func frames(maxCount: Int) throws(ImageError) -> (frames: [WebPFrame], isCut: Bool) {
        var payloads: [ArraySlice<UInt8>] = []
        let isWhole = walk("ANMF") { payload in
            payloads.append(payload)
            return payloads.count < maxCount
        }
        guard let first = payloads.first else { throw .damaged(.webp, "it has no complete frame") }
        let frames = [try WebPFrame(payload: first)] + payloads.dropFirst().map { try? WebPFrame(payload: $0) }
        let readable = frames.prefix { $0 != nil }.compactMap { $0 }
        return (readable, !isWhole || readable.count < frames.count)
    }

    /// Visits the payloads of the chunks of that name until `visit` answers false.
    /// - Returns: whether the file holds all of the last chunk that it names.
    @discardableResult
    private func walk(_ name: String, _ visit: (ArraySlice<UInt8>) -> Bool) -> Bool {
        var offset = 12
        while let length = reader.uint32(at: offset + 4, .little) {
            if reader.hasText(name, at: offset) {
                guard let payload = reader.slice(at: offset + 8, count: length) else { return false }
                if !visit(payload) { return true }
            }
            offset += 8 + length + length % 2
        }
        // RIFF's own length counts from behind itself.
        return offset >= 8 + (reader.uint32(at: 4, .little) ?? 0)
    }
}

/// An image and its place on the canvas.
struct WebPFrame {
    let left: Int
    let top: Int
    let header: cimage_header
    /// As `cimage_webp_decode` takes it.
    let image: ArraySlice<UInt8>

    /// A file that is one image.
    init(still: ArraySlice<UInt8>, _ header: cimage_header) {
        left = 0
        top = 0
        image = still
        self.header = header
    }

    /// From an ANMF chunk: 16 bytes with the frame's place (24-bit numbers, offsets halved), then its image.
    init(payload: ArraySlice<UInt8>) throws(ImageError) {
        guard payload.count > 16 else { throw .damaged(.webp, "it has no complete frame") }
        let reader = ByteReader(payload)
        left = 2 * ((reader.uint32(at: 0, .little) ?? 0) & 0xFF_FFFF)
        top = 2 * ((reader.uint32(at: 3, .little) ?? 0) & 0xFF_FFFF)
        image = payload.dropFirst(16)
        var animated: Int32 = 0
        header = try Codec.header(.webp, of: image, into: cimage_header()) {
            cimage_webp_header($0, $1, $2, &animated, $3)
        }
    }

    func fits(width: Int, height: Int) -> Bool {
        left + Int(header.width) <= width && top + Int(header.height) <= height
    }
}
