#if canImport(Glibc)
    import Glibc
#endif

/// Gives memory that is free but still held by the allocator back to the system.
func returnFreeMemory() {
    #if canImport(Glibc)
        // Swift's Glibc module leaves <malloc.h> out.
        typealias Trim = @convention(c) (Int) -> CInt
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: Trim.self)(0)
    #endif
}
