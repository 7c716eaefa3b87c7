import CPixels
package import Images

/// Why text is no base64.
public enum Base64Error: Error, Equatable, CustomStringConvertible {
    /// A character, counted from 1, that is not of the alphabet.
    case invalidCharacter(position: Int)
    /// Padding before the end, or more of it than belongs there.
    case misplacedPadding(position: Int)
    /// One character is left over: the text was cut.
    case cutShort

    public var description: String {
        switch self {
        case .invalidCharacter(let position): "character \(position) does not belong to the alphabet"
        case .misplacedPadding(let position): "there is padding (=) in the wrong place, at character \(position)"
        case .cutShort: "its length is wrong, the end seems to be missing"
        }
    }
}

/// Base64 (RFC 4648), forgiving where the meaning is certain: white space is skipped, `-` and `_` of the URL-safe
/// alphabet mean `+` and `/`, and the padding may be missing.
package enum Base64 {
    private static let invalid: UInt8 = 0xFF
    private static let space: UInt8 = 0xFE
    private static let padding: UInt8 = 0xFD

    /// The value of each character, or what it is instead.
    private static let table: [UInt8] = {
        var table = [UInt8](repeating: invalid, count: 256)
        let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8
        for (value, letter) in letters.enumerated() { table[Int(letter)] = UInt8(value) }
        table[Int(UInt8(ascii: "-"))] = 62
        table[Int(UInt8(ascii: "_"))] = 63
        for character in " \t\n\r\u{0B}\u{0C}".utf8 { table[Int(character)] = space }
        table[Int(UInt8(ascii: "="))] = padding
        return table
    }()

    package static func decode(
        _ text: Substring.UTF8View, kernels: PixelKernels = .current
    ) throws(Base64Error) -> [UInt8] {
        var result: Result<[UInt8], Base64Error> = .success([])
        let isContiguous: Void? = text.withContiguousStorageIfAvailable { result = decode($0, kernels) }
        if isContiguous == nil { result = Array(text).withUnsafeBufferPointer { decode($0, kernels) } }
        return try result.get()
    }

    package static func decode(_ text: UnsafeRawBufferPointer) throws(Base64Error) -> [UInt8] {
        try decode(text.assumingMemoryBound(to: UInt8.self), .current).get()
    }

    private static func decode(
        _ text: UnsafeBufferPointer<UInt8>, _ kernels: PixelKernels
    ) -> Result<[UInt8], Base64Error> {
        var failure: Base64Error?
        let bytes = [UInt8](unsafeUninitializedCapacity: text.count / 4 * 3 + 3) { bytes, count in
            table.withUnsafeBufferPointer { table in
                var reader = Reader(text: text, table: table, kernels: kernels)
                failure = reader.read(into: bytes, count: &count)
            }
        }
        return failure.map { .failure($0) } ?? .success(bytes)
    }

    /// Walks through the text; the table has 256 entries, so every byte is a safe index.
    private struct Reader {
        let text: UnsafeBufferPointer<UInt8>
        let table: UnsafeBufferPointer<UInt8>
        let kernels: PixelKernels
        private var position = 0
        /// Values that do not make up three bytes yet, six bits each.
        private var bits: UInt32 = 0
        private var valueCount = 0

        init(text: UnsafeBufferPointer<UInt8>, table: UnsafeBufferPointer<UInt8>, kernels: PixelKernels) {
            self.text = text
            self.table = table
            self.kernels = kernels
        }

        mutating func read(into bytes: UnsafeMutableBufferPointer<UInt8>, count: inout Int) -> Base64Error? {
            while true {
                if valueCount == 0 { readGroups(into: bytes, count: &count) }
                guard position < text.count else { break }
                let value = table[Int(text[position])]
                if value == Base64.padding { return readPadding(into: bytes, count: &count) }
                if value == Base64.invalid { return .invalidCharacter(position: position + 1) }
                position += 1
                if value != Base64.space { append(value, to: bytes, &count) }
            }
            return flush(into: bytes, count: &count)
        }

        /// Groups of four characters with nothing between them: nearly all of an image.
        private mutating func readGroups(into bytes: UnsafeMutableBufferPointer<UInt8>, count: inout Int) {
            guard let text = text.baseAddress, let bytes = bytes.baseAddress else { return }
            let taken = kernels.table.pointee.base64(text + position, self.text.count - position, bytes + count)
            position += taken
            count += taken / 4 * 3
        }

        private mutating func append(
            _ value: UInt8, to bytes: UnsafeMutableBufferPointer<UInt8>, _ count: inout Int
        ) {
            bits = bits << 6 | UInt32(value)
            valueCount += 1
            guard valueCount == 4 else { return }
            for shift in [UInt32(16), 8, 0] {
                bytes[count] = UInt8(truncatingIfNeeded: bits >> shift)
                count += 1
            }
            (bits, valueCount) = (0, 0)
        }

        /// The one or two bytes of an unfinished group.
        private mutating func flush(into bytes: UnsafeMutableBufferPointer<UInt8>, count: inout Int) -> Base64Error? {
            if valueCount == 1 { return .cutShort }
            if valueCount >= 2 {
                bytes[count] = UInt8(truncatingIfNeeded: bits >> (valueCount == 2 ? 4 : 10))
                count += 1
            }
            if valueCount == 3 {
                bytes[count] = UInt8(truncatingIfNeeded: bits >> 2)
                count += 1
            }
            return nil
        }

        /// After the first `=` only the second one and white space may follow.
        private mutating func readPadding(
            into bytes: UnsafeMutableBufferPointer<UInt8>, count: inout Int
        ) -> Base64Error? {
            var missing = valueCount == 2 ? 2 : valueCount == 3 ? 1 : 0
            while position < text.count {
                let value = table[Int(text[position])]
                if value == Base64.padding, missing > 0 {
                    missing -= 1
                } else if value != Base64.space {
                    return .misplacedPadding(position: position + 1)
                }
                position += 1
            }
            return missing > 0 ? .cutShort : flush(into: bytes, count: &count)
        }
    }
}
