/// An 8-bit RGB image, as it is stored or upright.
public struct RGBImage: Sendable, Equatable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// [height, width, 3], row-major, red first.
    public let pixels: [UInt8]

    /// An image from its pixels ([height, width, 3]); nil unless both sides are at least 1 and `pixels` is just as long.
    public init?(width: Int, height: Int, pixels: [UInt8]) {
        let (area, overflow) = width.multipliedReportingOverflow(by: height)
        guard width > 0, height > 0, !overflow else { return nil }
        guard pixels.count.isMultiple(of: 3), pixels.count / 3 == area else { return nil }
        self.init(checkedWidth: width, height: height, pixels: pixels)
    }

    /// For callers in this target that made `pixels` of the right size themselves.
    init(checkedWidth width: Int, height: Int, pixels: [UInt8]) {
        assert(pixels.count == width * height * 3)
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
