import Foundation
import Images
import Testing

/// HEIC, AVIF and JPEG XL as Debian's own programs decode them (tools/reference/make_guest_goldens.py).
@Suite("HEIC, AVIF and JPEG XL", .enabled(if: Guests.areRead, "needs libheif and libjxl"))
struct GuestTests {
    @Test func goldensAreThere() {
        #expect(Guests.names.count >= 55)
    }

    @Test("pixels are those of heif-convert and djxl, of more than 8 bits within a level", arguments: Guests.names)
    func pixels(_ name: String) throws {
        let bytes = try Guests.bytes(name)
        let image = try Guests.decoder.decode(bytes)
        let expected = try ImageDecoder().decode(Guests.bytes(name + ".png"))
        #expect(image.width == expected.width && image.height == expected.height)
        if name.hasPrefix("premultiplied") { return }  // which a PNG cannot be
        let isWide = name.hasPrefix("bits") || name.hasPrefix("wide")
        let most = zip(image.pixels, expected.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
        #expect(most <= (isWide ? 1 : 0))
    }

    @Test("the header tells the size and the turn", arguments: Guests.names)
    func header(_ name: String) throws {
        let header = try Guests.decoder.header(of: Guests.bytes(name))
        let expected = try ImageDecoder().header(of: Guests.bytes(name + ".png"))
        let swaps = header.orientation >= 5
        #expect(header.width == (swaps ? expected.height : expected.width))
        #expect(header.height == (swaps ? expected.width : expected.height))
        #expect(header.format == (name.hasSuffix("heic") ? .heif : name.hasSuffix("avif") ? .avif : .jxl))
        #expect((32_000_000..<60_000_000).contains(header.decodeMemory))
    }

    /// The files say their orientation in the container and in EXIF.
    @Test("all eight orientations are applied once", arguments: ["heic", "avif", "jxl"])
    func orientations(_ ending: String) throws {
        let upright = try Guests.decoder.decode(Guests.bytes("turned1.\(ending)"))
        for orientation in 1...8 {
            let image = try Guests.decoder.decode(Guests.bytes("turned\(orientation).\(ending)"))
            #expect(image.width == (orientation >= 5 ? upright.height : upright.width))
            // The colours of the corners, which differ: red grows to the right, green downwards, as stored.
            let corners = self.corners(upright)
            let places: [[Int]] = [
                [0, 1, 2, 3], [1, 0, 3, 2], [2, 3, 0, 1], [3, 2, 1, 0], [0, 3, 2, 1], [1, 2, 3, 0], [2, 1, 0, 3],
                [3, 0, 1, 2],
            ]
            let turned = self.corners(image)
            for (stored, seen) in places[orientation - 1].enumerated() {
                let (a, b) = (pixel(upright, corners[stored]), pixel(image, turned[seen]))
                #expect(zip(a, b).allSatisfy { abs($0 - $1) <= 12 }, "\(orientation): \(a), \(b)")
            }
        }
    }

    @Test("alpha that the colours are multiplied by is laid on white as other alpha is")
    func premultiplied() throws {
        let straight = try Guests.decoder.decode(Guests.bytes("alpha.avif"))
        let image = try Guests.decoder.decode(Guests.bytes("premultiplied.avif"))
        let differences = zip(straight.pixels, image.pixels).map { abs(Int($0) - Int($1)) }
        #expect(differences.reduce(0, +) < 4 * differences.count)
    }

    @Test("an image that is resized as it comes is the one that is decoded whole", arguments: ["heic", "avif", "jxl"])
    func streamed(_ ending: String) throws {
        let processor = ImageProcessor()
        for name in ["turned6", "alpha", "odd"] {
            let bytes = try Guests.bytes("\(name).\(ending)")
            let whole = processor.prepare(try Guests.decoder.decode(bytes))
            let streamed = try Guests.decoder.prepare(bytes, with: processor)
            #expect(streamed.pixels == whole.pixels && streamed.originalWidth == whole.originalWidth)
        }
    }

    @Test(
        "a profile is converted as that of a PNG of the same pixels",
        .enabled(if: ColorLibrary.version != nil, "lcms2 is not installed"),
        arguments: ["profile.heic", "profile.avif", "profile.jxl", "numbers.avif"])
    func profiles(_ name: String) throws {
        let processor = try ImageProcessor(preprocessorConfig: Array(#"{"size": {"width": 40, "height": 24}}"#.utf8))
        let (file, png) = (try Guests.bytes(name), try Guests.bytes(name + ".png"))
        let image = try Guests.decoder.prepare(file, with: processor).pixels
        #expect(try image == ImageDecoder().prepare(png, with: processor).pixels)
        let untouched = try ImageDecoder().decode(png)
        let moved = zip(image.pixels, untouched.pixels).map { abs(Int($0) - Int($1)) }.reduce(0, +)
        #expect(moved > 3 * image.pixels.count)
    }

    /// From the upper left one, clockwise.
    private func corners(_ image: RGBImage) -> [(x: Int, y: Int)] {
        let (right, bottom) = (image.width - 1, image.height - 1)
        return [(0, 0), (right, 0), (right, bottom), (0, bottom)]
    }

    private func pixel(_ image: RGBImage, _ place: (x: Int, y: Int)) -> [Int] {
        let start = 3 * (place.y * image.width + place.x)
        return image.pixels[start..<start + 3].map(Int.init)
    }
}
