import CDigest

/// The keys of which a client must show one; their hashes only.
package struct APIKeys: Sendable {
    private let digests: [[UInt8]]

    /// No key is asked for.
    package static let none = APIKeys(digests: [])

    private init(digests: [[UInt8]]) {
        self.digests = digests
    }

    /// `nil` where one is empty, or holds what no header can carry.
    package init?(_ keys: [String]) {
        guard keys.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }) else { return nil }
        let digests = keys.compactMap(Self.digest)
        guard digests.count == keys.count else { return nil }
        self.digests = digests
    }

    package var isEmpty: Bool { digests.isEmpty }

    /// Whether `key` is one of them.
    ///
    /// Digests are compared, in constant time and all of them, so that how long it takes says nothing about a key.
    func contains(_ key: String) -> Bool {
        guard let digest = Self.digest(of: key) else { return false }
        return digests.reduce(false) { isKnown, known in
            let isSame = cdigest_equal(known, digest, digest.count) == 1
            return isKnown || isSame
        }
    }

    /// SHA-256; `nil` where the system's library has none, so that no key is known then.
    private static func digest(of key: String) -> [UInt8]? {
        let key = Array(key.utf8)
        var digest = [UInt8](repeating: 0, count: CDIGEST_SHA256_SIZE)
        return cdigest_sha256(key, key.count, &digest) == 1 ? digest : nil
    }
}
