import CDigest

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
final class BlobHasher {
    /// `nil` once the system's library could not go on: then no blob is matched.
    private var digest: OpaquePointer?

    /// - Parameter size: Bytes of the whole file; git's header begins with it.
    init(_ algorithm: BlobID.Algorithm, size: Int) {
        switch algorithm {
        case .sha256: digest = cdigest_create(CInt(CDIGEST_SHA256))
        case .gitSHA1:
            digest = cdigest_create(CInt(CDIGEST_SHA1))
            Array("blob \(size)\0".utf8).withUnsafeBytes(update)
        }
    }

    deinit {
        cdigest_destroy(digest)
    }

    func update(_ bytes: UnsafeRawBufferPointer) {
        guard let digest, cdigest_update(digest, bytes.baseAddress, bytes.count) == 0 else { return }
        cdigest_destroy(digest)
        self.digest = nil
    }

    /// Whether the bytes so far are those that `blob` stands for.
    func matches(_ blob: BlobID) -> Bool {
        guard let digest else { return false }
        var bytes = [UInt8](repeating: 0, count: CDIGEST_SHA256_SIZE)
        let count = cdigest_read(digest, &bytes)
        let digits = Array("0123456789abcdef")
        let hex = bytes.prefix(count).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
        return String(hex) == blob.hex
    }
}
