import Crypto

/// What identifies a file's content and is its name in the cache: the hub's ETag without its quotes.
struct BlobID: Sendable, Hashable, CustomStringConvertible {
    enum Algorithm {
        /// Of the content; the hub does so for large files.
        case sha256
        /// Of git's header and the content; the hub does so for small files.
        case gitSHA1
    }

    let algorithm: Algorithm
    /// Lower-case hexadecimal digits, 64 or 40.
    let hex: String

    /// `nil` where the text is no hash of either kind.
    init?(_ text: String) {
        guard text.utf8.allSatisfy(isLowercaseHexDigit) else { return nil }
        switch text.utf8.count {
        case 64: algorithm = .sha256
        case 40: algorithm = .gitSHA1
        default: return nil
        }
        hex = text
    }

    /// From the header's value: `"..."` or `W/"..."`.
    init?(entityTag: String) {
        let tag = entityTag.hasPrefix("W/") ? entityTag.dropFirst(2) : entityTag[...]
        self.init(tag.filter { $0 != "\"" })
    }

    /// As the hub writes it into the header.
    var entityTag: String { "\"\(hex)\"" }

    var description: String { hex }
}

/// Hashes a file's bytes as they come.
struct BlobHasher {
    private enum Function {
        case sha256(SHA256)
        case sha1(Insecure.SHA1)
    }

    private var function: Function

    /// - Parameter size: Bytes of the whole file; git's header begins with it.
    init(_ algorithm: BlobID.Algorithm, size: Int) {
        switch algorithm {
        case .sha256: function = .sha256(SHA256())
        case .gitSHA1:
            var sha1 = Insecure.SHA1()
            sha1.update(data: Array("blob \(size)\0".utf8))
            function = .sha1(sha1)
        }
    }

    mutating func update(_ bytes: UnsafeRawBufferPointer) {
        switch function {
        case .sha256(var hash):
            hash.update(bufferPointer: bytes)
            function = .sha256(hash)
        case .sha1(var hash):
            hash.update(bufferPointer: bytes)
            function = .sha1(hash)
        }
    }

    /// Whether the bytes so far are those that `blob` stands for.
    func matches(_ blob: BlobID) -> Bool {
        let digest: [UInt8]
        switch function {
        case .sha256(let hash): digest = Array(hash.finalize())
        case .sha1(let hash): digest = Array(hash.finalize())
        }
        let digits = Array("0123456789abcdef")
        let hex = digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(hex) == blob.hex
    }
}
