import Images
import Testing

@Suite struct DecodeTests {
    /// A profile in text is read up to a megabyte, its digits in either case and with whatever else between them.
    @Test func profilesAreReadUpToAMegabyte() throws {
        let digits = "4d4D002A0000 0008\n0001011200030000000100060000"
        for (filling, orientation) in [(0, 6), (1_000_000, 6), (1 << 20, 1)] {
            let text = "\nexif\n 26\n" + digits + String(repeating: "\n", count: filling)
            let png = try TextChunk.png("tEXt", "Raw profile type exif", text: Array(text.utf8))
            #expect(try ImageDecoder().header(of: png).orientation == orientation, "\(filling)")
        }
    }

    @Test func goldensAreThere() {
        #expect(Goldens.all.files.count >= 180)
        #expect(Goldens.all.resize.count >= 40)
    }

    @Test(arguments: Goldens.all.files)
    func imagesComeOutAsTheReferenceHasThem(_ golden: Goldens.File) throws {
        let image = try ImageDecoder().decode(try golden.bytes)
        #expect(image.width == golden.width)
        #expect(image.height == golden.height)
        #expect(fnv1a64(image.pixels) == golden.rgb)
    }

    @Test(arguments: Goldens.all.files)
    func headersSayWhatIsDecoded(_ golden: Goldens.File) throws {
        let header = try ImageDecoder().header(of: try golden.bytes)
        let swaps = header.orientation >= 5
        #expect(header.width == (swaps ? golden.height : golden.width))
        #expect(header.height == (swaps ? golden.width : golden.height))
        #expect(golden.file.hasPrefix(header.format.rawValue))
    }

    @Test func orientationIsRead() throws {
        for orientation in 1...8 {
            let jpeg = try Goldens.bytes("jpeg_exif\(orientation).jpg")
            #expect(try ImageDecoder().header(of: jpeg).orientation == orientation)
            let tiff = try Goldens.bytes("tiff_orientation\(orientation).tif")
            #expect(try ImageDecoder().header(of: tiff).orientation == orientation)
        }
        #expect(try ImageDecoder().header(of: Goldens.bytes("png_exif8.png")).orientation == 8)
        #expect(try ImageDecoder().header(of: Goldens.bytes("webp_exif6.webp")).orientation == 6)
    }

    @Test func decodingIsSafeFromManyThreads() async throws {
        let files = try Goldens.all.files.map { (try $0.bytes, $0.rgb) }
        let wrong = await withTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    files.count { bytes, rgb in (try? ImageDecoder().decode(bytes)).map { fnv1a64($0.pixels) } != rgb }
                }
            }
            return await group.reduce(0, +)
        }
        #expect(wrong == 0)
    }
}
