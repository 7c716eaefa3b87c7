import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Raw memory, aligned to a cache line at least; large blocks come from the system one by one, so that freeing one
/// gives its pages back.
struct MemoryBlock: @unchecked Sendable {
    let base: UnsafeMutableRawPointer
    let byteCount: Int
    private let isMapped: Bool

    private static let smallestMapping = 256 * 1024
    private static let hugePage = 2 * 1024 * 1024

    /// Uninitialised (in fact zero where mapped) memory of at least `byteCount` bytes.
    init(byteCount: Int) {
        let byteCount = max(byteCount, 64)
        self.byteCount = byteCount
        if byteCount >= Self.smallestMapping, let mapped = Self.map(byteCount) {
            base = mapped
            isMapped = true
        } else {
            base = .allocate(byteCount: byteCount, alignment: 64)
            isMapped = false
        }
    }

    func free() {
        if isMapped {
            munmap(base, byteCount)
        } else {
            base.deallocate()
        }
    }

    private static func map(_ byteCount: Int) -> UnsafeMutableRawPointer? {
        #if os(Linux)
            let anonymous = MAP_PRIVATE | MAP_ANONYMOUS
        #else
            let anonymous = MAP_PRIVATE | MAP_ANON
        #endif
        guard let mapped = mmap(nil, byteCount, PROT_READ | PROT_WRITE, anonymous, -1, 0), mapped != MAP_FAILED else {
            return nil
        }
        #if os(Linux)
            // Fewer page faults and address look-ups; only a hint, so its result does not matter.
            if byteCount >= 2 * hugePage { _ = madvise(mapped, byteCount, MADV_HUGEPAGE) }
        #endif
        return mapped
    }
}

/// Blocks that were used and wait to be used again.
final class BlockRecycler: Sendable {
    private let free = Mutex<[MemoryBlock]>([])

    /// A block of at least `byteCount` and at most about twice as many bytes: the smallest that waits, the one
    /// returned last among equals (its content is the likeliest to be in a cache), or a new one.
    func take(byteCount: Int) -> MemoryBlock {
        let size = Self.sizeClass(byteCount)
        let recycled = free.withLock { blocks -> MemoryBlock? in
            var best: Int?
            for index in blocks.indices.reversed() where (size...2 * size).contains(blocks[index].byteCount) {
                if best.map({ blocks[index].byteCount < blocks[$0].byteCount }) ?? true { best = index }
            }
            return best.map { blocks.remove(at: $0) }
        }
        return recycled ?? MemoryBlock(byteCount: size)
    }

    /// Bytes of all waiting blocks.
    var byteCount: Int { free.withLock { $0.reduce(0) { $0 + $1.byteCount } } }

    func giveBack(_ block: MemoryBlock) { free.withLock { $0.append(block) } }

    /// Returns all waiting blocks to the system.
    func trim() {
        let blocks = free.withLock { blocks in
            defer { blocks = [] }
            return blocks
        }
        for block in blocks { block.free() }
    }

    deinit { trim() }

    /// Four sizes to each power of two, so that nearly equal requests share blocks.
    private static func sizeClass(_ byteCount: Int) -> Int {
        let bytes = max(byteCount, 256)
        let step = 1 << (Int.bitWidth - 1 - (bytes - 1).leadingZeroBitCount - 2)
        return (bytes + step - 1) / step * step
    }
}

/// Owns the memory of tensors and packed weights: when the last reference goes, the block is recycled or freed.
final class Storage: @unchecked Sendable {
    let block: MemoryBlock
    private let recycler: BlockRecycler?

    init(byteCount: Int, recycler: BlockRecycler? = nil) {
        block = recycler?.take(byteCount: byteCount) ?? MemoryBlock(byteCount: byteCount)
        self.recycler = recycler
    }

    var floats: UnsafeMutablePointer<Float> { block.base.assumingMemoryBound(to: Float.self) }

    deinit {
        if let recycler {
            recycler.giveBack(block)
        } else {
            block.free()
        }
    }
}
