import CImageCodecs

/// GIF by giflib: the first frame that shows something, where it lies on its logical screen.
struct GIFDecoder: FormatDecoder {
    let orientation = Orientation.upright
    private let bytes: [UInt8]
    private let header: cimage_header

    init(_ bytes: [UInt8]) throws(ImageError) {
        self.bytes = bytes
        header = try Codec.header(.gif, of: bytes[...], into: cimage_header(), cimage_gif_header)
    }

    var width: Int { Int(header.width) }
    var height: Int { Int(header.height) }
    var memory: Int { Int(header.memory) }

    func decode(into sink: any RowSink, _ progress: DecodeProgress) throws(ImageError) {
        let (header, width) = (header, width)
        _ = try Codec.rows(.gif, of: bytes[...], width: width, progress) { row in
            sink.take { $0.update(from: row, count: 3 * width) }
        } _: {
            cimage_gif_decode($0, $1, header, $2, $3)
        }
    }
}
