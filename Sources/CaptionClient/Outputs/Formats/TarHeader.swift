import Foundation

/// The 512 bytes that stand before a file in a tar archive.
struct TarHeader: Sendable, Equatable {
    static let size = 512

    var name: String
    /// Bytes of the file that follows.
    var count: Int
    /// `0` for a file, others for folders, links and long names.
    var kind = UInt8(ascii: "0")

    init(name: String, count: Int) {
        (self.name, self.count) = (name, count)
    }

    /// With what fills the last block.
    var paddedCount: Int { (count + Self.size - 1) / Self.size * Self.size }

    /// The header; a name that has no room in it comes in a file of its own before, as GNU's tar does it.
    var bytes: Data {
        let name = Data(name.utf8)
        guard name.count > 100 else { return block(name) }
        var long = TarHeader(name: "././@LongLink", count: name.count + 1)
        long.kind = UInt8(ascii: "L")
        let padding = Data(count: long.paddedCount - name.count)
        return long.block(Data(long.name.utf8)) + name + padding + block(name.prefix(100))
    }

    private func block(_ name: Data) -> Data {
        var block = Data(count: Self.size)
        func put(_ bytes: some Collection<UInt8>, at offset: Int) {
            block.replaceSubrange(offset..<offset + bytes.count, with: bytes)
        }
        func octal(_ value: Int, _ width: Int) -> Data {
            let digits = String(value, radix: 8)
            return Data((String(repeating: "0", count: max(width - 1 - digits.count, 0)) + digits + "\0").utf8)
        }
        put(name, at: 0)
        put(octal(0o644, 8), at: 100)
        put(octal(0, 8), at: 108)
        put(octal(0, 8), at: 116)
        put(octal(count, 12).prefix(12), at: 124)
        put(octal(0, 12), at: 136)
        put("        ".utf8, at: 148)
        put([kind], at: 156)
        put("ustar  \0".utf8, at: 257)
        put(octal(block.reduce(0) { $0 + Int($1) }, 7), at: 148)
        return block
    }

    /// Reads a header; `nil` for what is none.
    init?(_ block: Data) {
        let block = Array(block)
        guard block.count == Self.size, let sum = Self.number(block[148..<156]),
            let count = Self.number(block[124..<136]), count >= 0, count < 1 << 50
        else { return nil }
        let actual = block.enumerated().reduce(0) { $0 + (148..<156 ~= $1.offset ? 32 : Int($1.element)) }
        guard actual == sum else { return nil }
        var path = Self.text(block[0..<100])
        // POSIX puts the beginning of a long path elsewhere.
        if block[257..<263].elementsEqual("ustar\0".utf8), block[345] != 0 {
            path = Self.text(block[345..<500]) + "/" + path
        }
        (name, self.count, kind) = (path, count, block[156] == 0 ? UInt8(ascii: "0") : block[156])
    }

    var isFile: Bool { kind == UInt8(ascii: "0") }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }

    /// An octal number, or a binary one as large files have it.
    private static func number(_ bytes: ArraySlice<UInt8>) -> Int? {
        if let first = bytes.first, first & 0x80 != 0 {
            return bytes.dropFirst().reduce(0 as Int?) { sum, byte in
                guard let sum, sum < 1 << 50 else { return nil }
                return sum << 8 | Int(byte)
            }
        }
        let digits = bytes.filter { (0x30...0x37).contains($0) }
        guard bytes.allSatisfy({ (0x30...0x37).contains($0) || $0 == 0 || $0 == 0x20 }) else { return nil }
        return digits.isEmpty ? 0 : Int(String(decoding: digits, as: UTF8.self), radix: 8)
    }
}
