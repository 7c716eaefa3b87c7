/// Pixels <-> the 1000 bins per axis that `<loc_0>` ... `<loc_999>` name.
public struct LocationQuantizer: Sendable, Equatable {
    static let bins = 1000

    /// Pixels per bin.
    private let binWidth: Double
    private let binHeight: Double

    /// The image's size in pixels.
    public init(imageWidth: Int, imageHeight: Int) {
        binWidth = Double(imageWidth) / Double(Self.bins)
        binHeight = Double(imageHeight) / Double(Self.bins)
    }

    /// The bins of alternating x and y pixel coordinates: floor(pixel / bin size), clamped to 0...999.
    public func quantize(_ coordinates: [Float]) -> [Int] {
        coordinates.enumerated().map { index, pixel in
            let bin = (pixel / Float(index.isMultiple(of: 2) ? binWidth : binHeight)).rounded(.down)
            return bin.isNaN ? 0 : Int(min(max(bin, 0), Float(Self.bins - 1)))
        }
    }

    /// The pixel coordinates of the middle of alternating x and y bins, in float32 as the processor computes them;
    /// not clamped.
    public func dequantize(_ bins: some Collection<Int>) -> [Float] {
        bins.enumerated().map { index, bin in
            (Float(bin) + 0.5) * Float(index.isMultiple(of: 2) ? binWidth : binHeight)
        }
    }
}
