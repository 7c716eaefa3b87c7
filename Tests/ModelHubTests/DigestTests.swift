import CDigest
import Testing

/// The system's hash functions behind their door, by the standard's own examples (FIPS 180-4).
@Suite("Hashes")
struct DigestTests {
    private static let million = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)

    private func hex(_ bytes: [UInt8], _ function: Int, size: Int, pieces: Int = 1) throws -> String {
        let digest = try #require(cdigest_create(CInt(function)))
        defer { cdigest_destroy(digest) }
        var result = [UInt8](repeating: 0, count: size)
        var rest = bytes[...]
        while !rest.isEmpty {
            let piece = Array(rest.prefix((bytes.count + pieces - 1) / pieces))
            #expect(cdigest_update(digest, piece, piece.count) == 1)
            rest = rest.dropFirst(piece.count)
            // Looking at it changes nothing.
            #expect(cdigest_read(digest, &result) == size)
        }
        #expect(cdigest_read(digest, &result) == size)
        return result.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    @Test("SHA-1 and SHA-256, at once and in pieces", arguments: [1, 7])
    func examples(pieces: Int) throws {
        let sha1 = { try hex($0, CDIGEST_SHA1, size: CDIGEST_SHA1_SIZE, pieces: pieces) }
        #expect(try sha1(Array("abc".utf8)) == "a9993e364706816aba3e25717850c26c9cd0d89d")
        #expect(try sha1([]) == "da39a3ee5e6b4b0d3255bfef95601890afd80709")
        #expect(try sha1(Self.million) == "34aa973cd4c4daa4f61eeb2bdbad27316534016f")
        let sha256 = { try hex($0, CDIGEST_SHA256, size: CDIGEST_SHA256_SIZE, pieces: pieces) }
        #expect(try sha256(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
        #expect(try sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
        #expect(try sha256(Self.million) == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
    }

    @Test("in one call it is the same; another function is none; equal is equal")
    func others() throws {
        var digest = [UInt8](repeating: 0, count: CDIGEST_SHA256_SIZE)
        #expect(cdigest_sha256(Self.million, Self.million.count, &digest) == 1)
        #expect(Array(digest.prefix(4)) == [0xCD, 0xC7, 0x6E, 0x5C])
        #expect(cdigest_create(3) == nil)
        for index in digest.indices {
            var other = digest
            #expect(cdigest_equal(digest, other, digest.count) == 1)
            other[index] ^= 1
            #expect(cdigest_equal(digest, other, digest.count) == 0)
        }
    }
}
