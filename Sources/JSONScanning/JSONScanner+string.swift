extension JSONScanner {
    /// Goes past a string: printable ASCII eight bytes at a time, the rest character by character, as UTF-8 has it.
    mutating func skipString() throws(JSONError) {
        try require(Byte.quote)
        while true {
            position = plainEnd(position)
            switch next {
            case Byte.quote:
                position &+= 1
                return
            case Byte.backslash: try skipEscape()
            case 0x80...: try skipCharacters()
            default: throw failure
            }
        }
    }

    /// Where the run of bytes that mean themselves, and are ASCII, ends.
    private func plainEnd(_ start: Int) -> Int {
        var here = start
        while here &+ 8 <= end {
            let word = UnsafeRawPointer(base + here).loadUnaligned(as: UInt64.self)
            let special = Self.special(in: UInt64(littleEndian: word))
            if special != 0 { return here &+ special.trailingZeroBitCount / 8 }
            here &+= 8
        }
        while here < end, Self.isPlain(base[here]) { here &+= 1 }
        return here
    }

    private static func isPlain(_ byte: UInt8) -> Bool {
        0x20..<0x80 ~= byte && byte != Byte.quote && byte != Byte.backslash
    }

    /// The top bit of the lowest byte that is a quote, a backslash, a control character or not ASCII is set, and none
    /// below it; zero when there is no such byte.
    private static func special(in word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* UInt64(Byte.quote))
        let backslashes = word ^ (ones &* UInt64(Byte.backslash))
        // A borrow can only come from a lower byte that is special itself.
        let found = (quotes &- ones) & ~quotes | (backslashes &- ones) & ~backslashes | (word &- ones &* 0x20) & ~word
        return (found | word) & (ones &* 0x80)
    }

    private mutating func skipEscape() throws(JSONError) {
        position &+= 1
        switch next {
        case Byte.quote, Byte.backslash, UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            position &+= 1
        case UInt8(ascii: "u"):
            position &+= 1
            for _ in 0..<4 {
                guard hexDigit(next) != nil else { throw failure }
                position &+= 1
            }
        default: throw failure
        }
    }

    /// Goes past characters of two to four bytes, at least one.
    private mutating func skipCharacters() throws(JSONError) {
        repeat {
            switch next {
            case 0xC2...0xDF: try skipCharacter(second: 0x80...0xBF, count: 2)
            case 0xE0: try skipCharacter(second: 0xA0...0xBF, count: 3)
            case 0xED: try skipCharacter(second: 0x80...0x9F, count: 3)
            case 0xE1...0xEF: try skipCharacter(second: 0x80...0xBF, count: 3)
            case 0xF0: try skipCharacter(second: 0x90...0xBF, count: 4)
            case 0xF1...0xF3: try skipCharacter(second: 0x80...0xBF, count: 4)
            case 0xF4: try skipCharacter(second: 0x80...0x8F, count: 4)
            default: throw failure
            }
        } while next >= 0x80
    }

    private mutating func skipCharacter(second: ClosedRange<UInt8>, count: Int) throws(JSONError) {
        position &+= 1
        guard second ~= next else { throw failure }
        position &+= 1
        for _ in 2..<count {
            guard 0x80...0xBF ~= next else { throw failure }
            position &+= 1
        }
    }
}

/// The value of a hexadecimal digit.
func hexDigit(_ byte: UInt8) -> UInt32? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte &- UInt8(ascii: "0"))
    case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte &- UInt8(ascii: "a") &+ 10)
    case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte &- UInt8(ascii: "A") &+ 10)
    default: nil
    }
}
