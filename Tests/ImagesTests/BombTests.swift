import Images
import Testing

/// Headers that promise more than anybody wants to decode.
@Suite struct BombTests {
    @Test func hugeSizesAreRefusedBeforeDecoding() throws {
        var png = try Goldens.bytes("png_color2_8bit.png")
        png.replaceSubrange(16..<24, with: [0x7F, 0xFF, 0xFF, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF])
        png.replaceSubrange(29..<33, with: Checksum.bigEndian(Checksum.crc32(png[12..<29])))
        var jpeg = try Goldens.bytes("jpeg_baseline_444_37x23.jpg")
        let frame = try #require(Self.offset(of: [0xFF, 0xC0], in: jpeg))
        jpeg.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
        var gif = try Goldens.bytes("gif_plain.gif")
        gif.replaceSubrange(6..<10, with: [0xFF, 0xFF, 0xFF, 0xFF])
        var bmp = try Goldens.bytes("bmp_24bit.bmp")
        bmp.replaceSubrange(18..<26, with: [0xFF, 0xFF, 0xFF, 0x7F, 0x00, 0x00, 0x00, 0x80])
        for bytes in [png, jpeg, gif, bmp] {
            #expect { try ImageDecoder().decode(bytes) } throws: { error in
                guard case ImageError.tooManyPixels = error else { return false }
                return true
            }
        }
    }

    @Test func sidesBeyondTheLimitAreRefused() throws {
        var bmp = try Goldens.bytes("bmp_24bit.bmp")
        bmp.replaceSubrange(18..<26, with: [0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x00, 0x00])
        #expect(throws: ImageError.tooLong(.bmp, width: 65536, height: 1, limit: 65535)) {
            try ImageDecoder().decode(bmp)
        }
    }

    @Test func emptySidesAreRefused() throws {
        var bmp = try Goldens.bytes("bmp_24bit.bmp")
        bmp.replaceSubrange(18..<22, with: [0, 0, 0, 0])
        #expect(throws: ImageError.noPixels(.bmp, width: 0, height: 13)) { try ImageDecoder().decode(bmp) }
        var gif = try Goldens.bytes("gif_plain.gif")
        gif.replaceSubrange(6..<10, with: [0, 0, 0, 0])
        let frame = try #require(Self.offset(of: [0x2C], in: gif))
        gif.replaceSubrange(frame + 5..<frame + 9, with: [0, 0, 0, 0])
        #expect(throws: ImageError.noPixels(.gif, width: 0, height: 0)) { try ImageDecoder().decode(gif) }
    }

    @Test func scansWithoutEndAreRefused() throws {
        let jpeg = try Goldens.bytes("jpeg_progressive_gray.jpg")
        let start = try #require(Self.offset(of: [0xFF, 0xDA], in: jpeg))
        let scan = jpeg[start..<jpeg.count - 2]
        let end = try #require(Self.offset(of: [0xFF], in: Array(scan.dropFirst(10)), followedBy: { $0 != 0 })) + 10
        let first = scan.prefix(end)
        let bomb = jpeg[..<start] + (0..<2000).flatMap { _ in first } + jpeg[start...]
        #expect { try ImageDecoder().decode(Array(bomb)) } throws: { error in
            guard case ImageError.damaged(.jpeg, let reason) = error else { return false }
            return reason.contains("scans")
        }
    }

    /// An image one pixel wide in tiles of four million columns, all of them the same megabyte of the file.
    @Test func tilesOutOfProportionAreRefused() throws {
        let tileWidth: UInt32 = 1 << 22
        let packed = [UInt8]((0..<(Int(tileWidth) * 16 / 128)).flatMap { _ in [0x81, 0x40] as [UInt8] })
        let tags: [(tag: UInt16, type: UInt16, count: UInt32, value: UInt32)] = [
            (256, 4, 1, 1), (257, 4, 1, 64), (258, 3, 1, 8), (259, 3, 1, 32773), (262, 3, 1, 1), (277, 3, 1, 1),
            (322, 4, 1, tileWidth), (323, 4, 1, 16), (324, 4, 4, 8), (325, 4, 4, 24),
        ]
        var tiff: [UInt8] = [0x49, 0x49, 42, 0] + Self.littleEndian(40)
        tiff += (0..<4).flatMap { _ in Self.littleEndian(UInt32(40 + 2 + tags.count * 12 + 4)) }
        tiff += (0..<4).flatMap { _ in Self.littleEndian(UInt32(packed.count)) }
        tiff += Self.littleEndian(UInt32(tags.count)).prefix(2)
        for tag in tags {
            tiff += Self.littleEndian(UInt32(tag.tag)).prefix(2) + Self.littleEndian(UInt32(tag.type)).prefix(2)
            tiff += Self.littleEndian(tag.count) + Self.littleEndian(tag.value)
        }
        tiff += [0, 0, 0, 0] + packed
        #expect {
            try ImageDecoder().decode(tiff)
        } throws: { error in
            guard case ImageError.damaged(.tiff, let reason) = error else { return false }
            return reason.contains("tiles")
        }
    }

    private static func littleEndian(_ value: UInt32) -> [UInt8] { withUnsafeBytes(of: value.littleEndian, Array.init) }

    /// libtiff keeps a table of strips: a row in each of millions of rows must not make it a large one.
    @Test func rowsWithoutEndAreRefused() throws {
        let tiff = try Goldens.bytes("tiff_gray_8bit_ii.tif")
        for rows in [8_000_000, 30_000_000, 0xFFFF_FFFF] as [UInt32] {
            var bomb = tiff
            let height = try #require(Self.offset(of: [0x01, 0x01, 0x04, 0x00], in: tiff))
            let rowsPerStrip = try #require(Self.offset(of: [0x16, 0x01, 0x04, 0x00], in: tiff))
            bomb.replaceSubrange(height + 8..<height + 12, with: Checksum.bigEndian(rows).reversed())
            bomb[rowsPerStrip + 8] = 1
            #expect(throws: ImageError.self) { try ImageDecoder().decode(bomb) }
        }
    }

    private static func offset(
        of pattern: [UInt8], in bytes: [UInt8], followedBy isRight: (UInt8) -> Bool = { _ in true }
    ) -> Int? {
        bytes.indices.dropLast(pattern.count).first {
            bytes[$0...].starts(with: pattern) && isRight(bytes[$0 + pattern.count])
        }
    }
}
