import CImageCodecs

/// JPEG by libjpeg-turbo (accurate integer DCT, fancy upsampling): equal to Pillow's pixels.
struct JPEGDecoder: FormatDecoder {
    let orientation: Orientation
    let profile: ColorProfile?
    private let bytes: [UInt8]
    private let isCopy: Bool
    private let header: cimage_header

    /// - Parameter isCopy: Whether the bytes are a part of a file, which are in memory twice.
    init(_ bytes: [UInt8], isCopy: Bool = false) throws(ImageError) {
        self.bytes = bytes
        self.isCopy = isCopy
        header = try Codec.header(.jpeg, of: bytes[...], into: cimage_header(), cimage_jpeg_header)
        let segments = JPEGSegments(bytes)
        orientation = segments.orientation
        profile = segments.profile.map { .icc($0) }
    }

    var model: ColorModel { ColorModel(rawValue: Int(header.channels)) ?? .rgb }

    var width: Int { Int(header.width) }
    var height: Int { Int(header.height) }
    var memory: Int { Int(header.memory) + (isCopy ? 2 * bytes.count : 0) }

    func decode(into sink: any RowSink, _ progress: DecodeProgress) throws(ImageError) {
        let (header, width, colors) = (header, width, colors.asked(by: sink))
        _ = try Codec.rows(.jpeg, of: bytes[...], width: width, progress) { row in
            sink.take { colors.convert(row, width: width, into: $0) }
        } _: {
            cimage_jpeg_decode($0, $1, header, $2, $3)
        }
    }

    private var colors: StoredColors {
        switch header.channels {
        case 1: .palette(.gray)
        case 3: .rgb
        default: .cmyk(inverted: true)
        }
    }
}
