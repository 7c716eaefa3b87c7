import Foundation
import Images
import Testing

private let testData = ProcessInfo.processInfo.environment["VISION_TEST_DATA"].map { URL(filePath: $0) }

/// Photographs of others, found by VISION_TEST_DATA, against the sums that Pillow 11.2.1 gave.
@Suite(.enabled(if: testData != nil, "set VISION_TEST_DATA to the folder with the test data"))
struct PillowDataTests {
    struct Golden: Decodable {
        let mode: String
        let size: [Int]
        let exif_orientation: Int?
        let rgb_sha256: String
        let resized_sha256: String
    }

    struct Goldens: Decodable {
        let images: [String: Golden]
    }

    private func goldens() throws -> [String: Golden] {
        let folder = try #require(testData)
        let data = try Data(contentsOf: folder.appending(path: "golden/images_pillow-11.2.1.json"))
        return try JSONDecoder().decode(Goldens.self, from: data).images
    }

    private func decode(_ name: String) throws -> RGBImage {
        let folder = try #require(testData)
        return try ImageDecoder().decode([UInt8](Data(contentsOf: folder.appending(path: "images/\(name)"))))
    }

    @Test func digestIsRight() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(SHA256.hexadecimal(Array("abc".utf8)) == expected)
    }

    @Test func opaqueUprightImagesAreEqualBeforeAndAfterTheResize() throws {
        var compared = 0
        for (name, golden) in try goldens() {
            let image = try decode(name)
            // Those of the other modes differ on purpose: transparency on white, 16-bit gray scaled.
            guard ["RGB", "L", "P", "CMYK"].contains(golden.mode), !name.contains("trns") else { continue }
            let isTurned = golden.exif_orientation == 6
            let stored = isTurned ? try #require(turnedBack(image)) : image
            #expect([stored.width, stored.height] == golden.size, "\(name)")
            #expect(SHA256.hexadecimal(stored.pixels) == golden.rgb_sha256, "\(name)")
            let resized = Resize.bicubic(stored, width: 768, height: 768)
            #expect(SHA256.hexadecimal(resized.pixels) == golden.resized_sha256, "\(name)")
            compared += 1
        }
        #expect(compared >= 16)
    }

    /// Undoes orientation 6: a quarter turn to the left.
    private func turnedBack(_ image: RGBImage) -> RGBImage? {
        var pixels: [UInt8] = []
        for x in (0..<image.width).reversed() {
            for y in 0..<image.height {
                let start = 3 * (y * image.width + x)
                pixels.append(contentsOf: image.pixels[start..<start + 3])
            }
        }
        return RGBImage(width: image.height, height: image.width, pixels: pixels)
    }
}
