/// The orientation tag of EXIF and XMP: how the image has to be turned, read wherever Pillow 11.2.1 looks for it.
enum OrientationTag {
    /// From an EXIF block (a TIFF header and its first directory, an "Exif" mark before it or not), else from an XMP
    /// packet. Anything odd means upright.
    static func value(exif: ArraySlice<UInt8>?, xmp: ArraySlice<UInt8>?) -> Orientation {
        var block = exif ?? []
        while ByteReader(block).hasText("Exif\0\0", at: 0) { block = block.dropFirst(6) }
        let value = EXIFDirectory(block)?.value(of: EXIFDirectory.orientation) ?? xmp.flatMap(digit(xmp:))
        return value.flatMap(Orientation.init(rawValue:)) ?? .upright
    }

    /// The digit behind `tiff:Orientation="` or `tiff:Orientation>`, the first that is there.
    private static func digit(xmp packet: ArraySlice<UInt8>) -> Int? {
        let name = Array("tiff:Orientation".utf8)
        let reader = ByteReader(packet)
        var offset = 0
        while let found = reader.offset(of: name, from: offset) {
            offset = found + name.count
            let mark = reader.hasText("=\"", at: offset) ? 2 : reader.hasText(">", at: offset) ? 1 : nil
            guard let mark, let digit = reader.byte(at: offset + mark) else { continue }
            if (0x30...0x39).contains(digit) { return digit - 0x30 }
        }
        return nil
    }
}
