import CImageCodecs
import Foundation
import Images
import Synchronization
import Testing

/// A decode is bounded in work, and ends between two rows when it has to.
@Suite struct WorkTests {
    /// Counts how often a decode asks, and ends it at one of the questions.
    private final class Questions: Sendable {
        private let count = Mutex(0)

        var asked: Int { count.withLock { $0 } }

        func watch(endingAt last: Int = .max) -> DecodeWatch {
            DecodeWatch { (_: Duration) throws(ImageError) in
                let number = self.count.withLock { count in
                    count += 1
                    return count
                }
                if number >= last { throw .abandoned }
            }
        }
    }

    private let processor = ImageProcessor()

    /// 20,000 strips that name the same megabyte: 20 GB to read.
    @Test func aFileThatIsReadOverAndOverIsRefused() throws {
        let tiff = try Goldens.hostile("tiff_20000_strips_share_1mb.tif")
        let limits = DecodeLimits(handedBytes: 16_000_000)
        let most = 4 * tiff.count + 16_000_000
        #expect(throws: ImageError.readsTooMuch(.tiff, limit: most)) {
            try ImageDecoder(limits: limits).prepare(tiff, with: processor)
        }
        #expect(ImageError.readsTooMuch(.tiff, limit: most).description.contains("read more than 20 MB"))
        let questions = Questions()
        #expect(throws: ImageError.abandoned) {
            try ImageDecoder().prepare(tiff, with: processor, watch: questions.watch(endingAt: 3))
        }
        #expect(questions.asked == 3)
    }

    /// Behind the rows of an image of 64 x 64 its data goes on for 22 GB, packed to 23 MB.
    @Test func whatFollowsTheLastRowIsNotRead() throws {
        let png = try Goldens.hostile("png_idat_22g.png")
        #expect(png.count > 20_000_000)
        let questions = Questions()
        let prepared = try ImageDecoder().prepare(png, with: processor, watch: questions.watch())
        #expect(prepared.originalWidth == 64)
        #expect(questions.asked < 10)
    }

    /// 100 megapixels of CMYK in 18 scans: its memory is known beforehand, and between its scans' rows it can be ended.
    @Test func scansCanBeEndedWithinThem() throws {
        let jpeg = try Goldens.hostile("jpeg_prog_cmyk_100mp_18scans.jpg")
        #expect(try ImageDecoder().header(of: jpeg).decodeMemory > 800_000_000)
        let questions = Questions()
        #expect(throws: ImageError.abandoned) {
            try ImageDecoder().prepare(jpeg, with: processor, watch: questions.watch(endingAt: 50))
        }
        #expect(questions.asked == 50)
        let limits = DecodeLimits(processorTime: .milliseconds(1))
        #expect(throws: ImageError.tooSlow(.jpeg, limit: .milliseconds(1))) {
            try ImageDecoder(limits: limits).prepare(jpeg, with: processor)
        }
    }

    @Test func aDecodeThatTakesTooLongSaysSo() throws {
        let limits = DecodeLimits(processorTime: .zero)
        for name in try Goldens.large {
            let bytes = try Goldens.bytes(name, in: "large")
            #expect("\(name)") {
                try ImageDecoder(limits: limits).prepare(bytes, with: processor)
            } throws: { error in
                guard case ImageError.tooSlow(_, limit: .zero) = error else { return false }
                return true
            }
        }
        #expect(ImageError.tooSlow(.gif, limit: .seconds(10)).description.contains("more than 10 s of processor time"))
    }

    /// Each image of two megapixels asks ten times and more, whatever the format, and ends at any of the questions.
    @Test func everyDecodeAsksAndEnds() throws {
        for name in try Goldens.large {
            let bytes = try Goldens.bytes(name, in: "large")
            let questions = Questions()
            _ = try ImageDecoder().prepare(bytes, with: processor, watch: questions.watch())
            #expect(questions.asked >= 10, "\(name)")
            for last in [1, 2, questions.asked / 2, questions.asked] {
                let ended = Questions()
                #expect(throws: ImageError.abandoned, "\(name) at \(last)") {
                    try ImageDecoder().prepare(bytes, with: processor, watch: ended.watch(endingAt: last))
                }
                #expect(ended.asked == last, "\(name)")
            }
        }
    }

    /// Of a file of 49 KB a part is decoded between two questions, not all.
    @Test func smallFilesAreFedInParts() {
        let bytes = LosslessWebP.noise(side: 128)
        var (header, animated) = (cimage_header(), Int32(0))
        var message = [CChar](repeating: 0, count: Int(CIMAGE_MESSAGE_SIZE))
        #expect(cimage_webp_header(bytes, bytes.count, &header, &animated, &message) == CIMAGE_OK)
        let rows = Rows()
        var client = cimage_client(
            context: Unmanaged.passUnretained(rows).toOpaque(),
            check: { context, _ in
                if let context { Unmanaged<Rows>.fromOpaque(context).takeUnretainedValue().sinceAsked = 0 }
                return 0
            },
            row: { context, _ in
                if let context { Unmanaged<Rows>.fromOpaque(context).takeUnretainedValue().sinceAsked += 1 }
                return 0
            })
        #expect(cimage_webp_decode(bytes, bytes.count, header, 0, &client, &message) == CIMAGE_OK)
        #expect(rows.most > 0 && rows.most <= Int(header.height) / 2, "\(rows.most) rows")
    }

    /// Rows that came without a question between them.
    private final class Rows {
        var sinceAsked = 0 { didSet { most = max(most, sinceAsked) } }
        private(set) var most = 0
    }

    @Test(arguments: HostileInputTests.kinds)
    func smallImagesEndAtAnyQuestion(_ name: String) throws {
        let bytes = try Goldens.bytes(name)
        let questions = Questions()
        _ = try ImageDecoder().prepare(bytes, with: processor, watch: questions.watch())
        for last in stride(from: 1, through: questions.asked, by: 1) {
            #expect(throws: ImageError.abandoned) {
                try ImageDecoder().prepare(bytes, with: processor, watch: Questions().watch(endingAt: last))
            }
        }
    }
}
