import CDigest

/// The SHA-256 of some bytes: what has the same one is the same.
package struct ContentDigest: Hashable, Sendable {
    private let words: SIMD4<UInt64>

    /// `nil` where there are no bytes, or the system's library could not.
    package init?(_ bytes: [UInt8]) {
        guard !bytes.isEmpty else { return nil }
        var words = SIMD4<UInt64>()
        let isDone = withUnsafeMutableBytes(of: &words) { target in
            cdigest_sha256(bytes, bytes.count, target.assumingMemoryBound(to: UInt8.self).baseAddress)
        }
        guard isDone == 1 else { return nil }
        self.words = words
    }
}
