import Crypto
import Foundation

/// The keys of which a client must show one; their hashes only.
package struct APIKeys: Sendable {
    private let digests: [SHA256Digest]

    /// No key is asked for.
    package static let none = APIKeys(digests: [])

    private init(digests: [SHA256Digest]) {
        self.digests = digests
    }

    /// `nil` where one is empty, or holds what no header can carry.
    package init?(_ keys: [String]) {
        guard keys.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x21...0x7E).contains($0) } }) else { return nil }
        digests = keys.map { SHA256.hash(data: Data($0.utf8)) }
    }

    package var isEmpty: Bool { digests.isEmpty }

    /// Whether `key` is one of them.
    ///
    /// Digests are compared, in constant time and all of them, so that how long it takes says nothing about a key.
    func contains(_ key: String) -> Bool {
        let digest = SHA256.hash(data: Data(key.utf8))
        return digests.reduce(false) { isKnown, known in
            let isSame = known == digest
            return isKnown || isSame
        }
    }
}
