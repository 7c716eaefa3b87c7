/// JSON in UTF-16 or UTF-32, as old programs for Windows send it.
///
/// JSON begins with ASCII, so where its first bytes are zero tells what it is, with a byte order mark or without.
public struct WideText {
    private let isBigEndian: Bool
    private let unitSize: Int
    private let text: UnsafeRawBufferPointer

    /// `nil` if the text is UTF-8, or nothing.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard let form = Self.form(Array(bytes.prefix(4))) else { return nil }
        (unitSize, isBigEndian) = (form.unitSize, form.isBigEndian)
        text = UnsafeRawBufferPointer(rebasing: bytes.dropFirst(form.markSize))
    }

    private static func form(_ start: [UInt8]) -> (unitSize: Int, isBigEndian: Bool, markSize: Int)? {
        switch start {
        case [0, 0, 0xFE, 0xFF]: return (4, true, 4)
        case [0xFF, 0xFE, 0, 0]: return (4, false, 4)
        case _ where start.starts(with: [0xFE, 0xFF]): return (2, true, 2)
        case _ where start.starts(with: [0xFF, 0xFE]): return (2, false, 2)
        default: break
        }
        guard start.count == 4 else { return nil }
        switch start.map({ $0 == 0 }) {
        case [true, true, true, false]: return (4, true, 0)
        case [false, true, true, true]: return (4, false, 0)
        case [true, false, true, false], [true, false, false, false]: return (2, true, 0)
        case [false, true, false, true], [false, true, false, false]: return (2, false, 0)
        default: return nil
        }
    }

    /// The same in UTF-8; `nil` if it is not what it seems to be.
    public func utf8() -> [UInt8]? {
        guard text.count % unitSize == 0 else { return nil }
        var count = 0
        guard eachCharacter({ count += $0.utf8.count }) else { return nil }
        return [UInt8](unsafeUninitializedCapacity: count) { bytes, written in
            _ = eachCharacter { character in
                for unit in character.utf8 {
                    bytes[written] = unit
                    written += 1
                }
            }
        }
    }

    /// Whether all of the text is characters.
    private func eachCharacter(_ body: (Unicode.Scalar) -> Void) -> Bool {
        var offset = 0
        while offset < text.count {
            let first = unit(&offset)
            var value = first
            if unitSize == 2, 0xD800..<0xDC00 ~= first {
                guard offset < text.count else { return false }
                let second = unit(&offset)
                guard 0xDC00..<0xE000 ~= second else { return false }
                value = 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
            }
            guard let character = Unicode.Scalar(value) else { return false }
            body(character)
        }
        return true
    }

    private func unit(_ offset: inout Int) -> UInt32 {
        defer { offset += unitSize }
        if unitSize == 2 {
            let unit = text.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
            return UInt32(isBigEndian ? UInt16(bigEndian: unit) : UInt16(littleEndian: unit))
        }
        let unit = text.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
        return isBigEndian ? UInt32(bigEndian: unit) : UInt32(littleEndian: unit)
    }
}
