#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Memory of a whole image comes fresh from the system: in small pages, the faults that fetch it take up to a third
/// as long as the decoding of a JPEG file.
enum LargePages {
    private static let size = 2 * 1024 * 1024

    /// Asks for large pages inside of `memory` that is about to be filled from end to end. A hint only.
    static func use(for memory: UnsafeMutableRawBufferPointer) {
        #if os(Linux)
            guard memory.count >= 2 * size, let base = memory.baseAddress else { return }
            let start = base.alignedUp(toMultipleOf: size)
            let end = (base + memory.count).alignedDown(toMultipleOf: size)
            if start < end { _ = madvise(start, end - start, MADV_HUGEPAGE) }
        #endif
    }
}
