#if canImport(Glibc)
    import Glibc
#endif

/// Has the allocator's threads share four arenas, not eight a core: each keeps memory that the others do not see.
public func limitMallocArenas() {
    #if canImport(Glibc)
        // Swift's Glibc module leaves <malloc.h> out, where M_ARENA_MAX is -8.
        typealias SetOption = @convention(c) (CInt, CInt) -> CInt
        guard let symbol = dlsym(nil, "mallopt") else { return }
        _ = unsafeBitCast(symbol, to: SetOption.self)(-8, 4)
    #endif
}

/// Gives memory that is free but still held by the allocator back to the system.
@Sendable public func trimMalloc() {
    #if canImport(Glibc)
        typealias Trim = @convention(c) (Int) -> CInt
        guard let symbol = dlsym(nil, "malloc_trim") else { return }
        _ = unsafeBitCast(symbol, to: Trim.self)(0)
    #endif
}
