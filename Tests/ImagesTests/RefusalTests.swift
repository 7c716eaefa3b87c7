import Images
import Testing

@Suite struct RefusalTests {
    @Test(arguments: [
        ("%PDF-1.7", "PDF"), ("<?xml version=\"1.0\"?><svg xmlns=\"http://www.w3.org/2000/svg\"/>", "SVG"),
        ("\u{0}\u{0}\u{0}\u{18}ftypmp42\u{0}\u{0}", "a video"), ("\n <!DOCTYPE html><html>", "a web page (HTML)"),
        ("8BPS", "a Photoshop document"),
    ])
    func foreignFormatsAreNamed(_ text: String, _ name: String) {
        #expect(throws: ImageError.foreignFormat(name)) { try ImageDecoder().decode(Array(text.utf8)) }
        #expect(ImageError.foreignFormat(name).description.hasPrefix("The file is \(name); convert it to JPEG or PNG."))
    }

    @Test func whatIsNoImageIsRefused() {
        #expect(throws: ImageError.empty) { try ImageDecoder().decode([]) }
        #expect(throws: ImageError.notAnImage) { try ImageDecoder().decode(Array("hello".utf8)) }
        #expect(throws: ImageError.notAnImage) { try ImageDecoder().decode(Array("RIFF\0\0\0\0WAVE".utf8)) }
        #expect(ImageError.notAnImage.description.contains("JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF or JPEG XL"))
    }

    @Test func limitCountsPixelsOfTheHeader() throws {
        for file in Goldens.all.files {
            let bytes = try file.bytes
            let area = file.width * file.height
            #expect(throws: Never.self) { try ImageDecoder(maxPixels: area).header(of: bytes) }
            #expect { try ImageDecoder(maxPixels: area - 1).decode(bytes) } throws: { error in
                guard case ImageError.tooManyPixels(_, _, _, area - 1) = error else { return false }
                return true
            }
        }
    }

    @Test func unsupportedKindsSaySo() throws {
        var bmp = try Goldens.bytes("bmp_24bit.bmp")
        bmp[30] = 4  // JPEG inside BMP
        #expect(throws: ImageError.unsupported(.bmp, "compression 4 with 24 bits a pixel")) {
            try ImageDecoder().decode(bmp)
        }
        bmp[30] = 0
        bmp[28] = 40
        #expect(throws: ImageError.unsupported(.bmp, "it has 40 bits a pixel")) { try ImageDecoder().decode(bmp) }
    }

    @Test func whatIsNotReadIsNamedAndNotCalledDamaged() throws {
        #expect(Goldens.all.unread.count >= 18)
        for unread in Goldens.all.unread {
            let bytes = try Goldens.bytes(unread.file, in: "unread")
            #expect("\(unread.file)") { try ImageDecoder().header(of: bytes) } throws: { error in
                guard case ImageError.unsupported(_, let reason) = error else { return false }
                return reason.contains(unread.reason)
            }
        }
    }

    @Test func anAreaWithoutItsPixelsIsNoImage() {
        #expect(RGBImage(width: 2, height: 2, pixels: [UInt8](repeating: 0, count: 12)) != nil)
        #expect(RGBImage(width: 2, height: 2, pixels: [UInt8](repeating: 0, count: 11)) == nil)
        #expect(RGBImage(width: 0, height: 2, pixels: []) == nil)
        #expect(RGBImage(width: Int.max, height: 2, pixels: []) == nil)
    }
}
