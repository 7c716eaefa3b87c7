import CImageCodecs

/// GIF by giflib: the first frame where it lies on its logical screen.
struct GIFDecoder: FormatDecoder {
    let orientation = Orientation.upright
    private let bytes: [UInt8]
    private let header: cimage_header

    init(_ bytes: [UInt8]) throws(ImageError) {
        self.bytes = bytes
        header = try Codec.header(.gif, of: bytes, into: cimage_header(), cimage_gif_header)
    }

    var width: Int { Int(header.width) }
    var height: Int { Int(header.height) }

    func decode() throws(ImageError) -> [UInt8] {
        let header = header
        var palette = cimage_gif_palette()
        let indices = try Codec.pixels(.gif, of: bytes, count: width * height) {
            cimage_gif_decode($0, $1, header, $2, &palette, $3)
        }
        var colors = withUnsafeBytes(of: &palette.colors) { [UInt8]($0) }
        if (0..<256).contains(palette.transparent) {
            let start = 3 * Int(palette.transparent)
            colors.replaceSubrange(start..<start + 3, with: [255, 255, 255])
        }
        return Palette(colors: colors).rgb(indices)
    }
}
