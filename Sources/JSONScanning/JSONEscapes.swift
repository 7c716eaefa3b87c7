/// What escapes in strings mean.
public enum JSONEscapes {
    /// Puts the characters that a string's escapes mean in their place, within the string's own bytes.
    ///
    /// - Parameter text: what stands between a string's quotes, its grammar checked.
    /// - Returns: how many bytes are left; `nil` for half of a surrogate pair, which is no character.
    public static func resolve(in text: UnsafeMutableRawBufferPointer) -> Int? {
        let bytes = UnsafeMutableBufferPointer(
            start: text.baseAddress?.assumingMemoryBound(to: UInt8.self), count: text.count)
        guard var from = bytes.firstIndex(of: Byte.backslash) else { return bytes.count }
        var to = from
        while from < bytes.count {
            let byte = bytes[from]
            guard byte == Byte.backslash else {
                bytes[to] = byte
                to &+= 1
                from &+= 1
                continue
            }
            guard let character = character(bytes, &from) else { return nil }
            // Never longer than its escape.
            for unit in UTF8.encode(character) ?? UTF8.encodedReplacementCharacter {
                bytes[to] = unit
                to &+= 1
            }
        }
        return to
    }

    /// The character that the escape, or the two escapes of a pair, at `from` means; goes past it.
    private static func character(_ bytes: UnsafeMutableBufferPointer<UInt8>, _ from: inout Int) -> Unicode.Scalar? {
        guard bytes.count - from >= 2 else { return nil }
        let letter = bytes[from + 1]
        guard letter == UInt8(ascii: "u") else {
            from += 2
            return Unicode.Scalar(plain(letter))
        }
        guard let first = unit(bytes, &from) else { return nil }
        guard UTF16.isLeadSurrogate(first) else { return Unicode.Scalar(first) }
        guard let second = unit(bytes, &from), UTF16.isTrailSurrogate(second) else { return nil }
        return Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00))
    }

    /// The number of the `\uXXXX` that is next; `nil` when something else is.
    private static func unit(_ bytes: UnsafeMutableBufferPointer<UInt8>, _ from: inout Int) -> UInt16? {
        guard bytes.count - from >= 6, bytes[from] == Byte.backslash, bytes[from + 1] == UInt8(ascii: "u") else {
            return nil
        }
        var value: UInt32 = 0
        for index in from + 2..<from + 6 {
            guard let digit = hexDigit(bytes[index]) else { return nil }
            value = value << 4 | digit
        }
        from += 6
        return UInt16(truncatingIfNeeded: value)
    }

    private static func plain(_ letter: UInt8) -> UInt8 {
        switch letter {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: letter
        }
    }
}
