/// How a `DecoderChild` begins its answer: six little-endian numbers of 32 bits, then the profile or a message, then,
/// when all went well, the rows.
struct DecoderReply: Equatable {
    static let byteCount = 24
    /// The most bytes of a profile.
    static let maxTail = ColorProfile.maxSize

    /// CIMAGE_OK, or why there is no image.
    var status: Int32
    var width = 0
    var height = 0
    /// 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA.
    var channels = 0
    /// Whether the colours are multiplied by alpha.
    var isPremultiplied = false
    /// Bytes of the profile (ICC), or of the message.
    var tail = 0

    init(status: Int32) {
        self.status = status
    }

    var bytes: [UInt8] {
        [Int(status), width, height, channels, isPremultiplied ? 1 : 0, tail].flatMap { number in
            (0..<4).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        }
    }

    /// nil where the numbers make no sense.
    init?(bytes: [UInt8]) {
        let reader = ByteReader(bytes)
        let numbers = (0..<6).compactMap { reader.uint32(at: 4 * $0, .little) }
        guard numbers.count == 6, numbers[0] < 256, numbers[3] <= 4, numbers[5] <= Self.maxTail else { return nil }
        status = Int32(numbers[0])
        (width, height, channels) = (numbers[1], numbers[2], numbers[3])
        isPremultiplied = numbers[4] != 0
        tail = numbers[5]
    }

    /// What its rows hold; nil for a number of channels that there is not.
    var colors: StoredColors? {
        switch channels {
        case 1: .palette(.gray)
        case 2: .paletteAlpha(.gray, premultiplied: isPremultiplied)
        case 3: .rgb
        case 4: .rgba(premultiplied: isPremultiplied)
        default: nil
        }
    }
}
