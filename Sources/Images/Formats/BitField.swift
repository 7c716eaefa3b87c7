/// The bits of a pixel that hold one colour, widened to 8 bits as Pillow does: value * 255 / largest value, cut off.
struct BitField {
    private let mask: UInt32
    private let shift: UInt32
    private let largest: UInt64

    init(mask: UInt32) {
        self.mask = mask
        shift = mask == 0 ? 0 : UInt32(mask.trailingZeroBitCount)
        largest = UInt64(mask >> shift)
    }

    @inline(__always)
    func level(of pixel: UInt32) -> UInt8 {
        if largest == 0 { return 0 }
        return UInt8(truncatingIfNeeded: UInt64((pixel & mask) >> shift) &* 255 / largest)
    }
}
