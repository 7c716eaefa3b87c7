/// RGB that is told by two numbers of ITU-T H.273, as far as it is shown on an ordinary screen.
struct CodedPrimaries {
    /// x and y of white, red, green and blue.
    let places: [Double]
    /// Of the curve from the value to the light: (a*v + b)^g from d on, c*v below; g, a, b, c, d.
    let curve: [Double]

    /// nil for what is sRGB, says nothing, or needs more than another place of its primaries (HDR).
    init?(primaries: Int, curve: Int) {
        guard let places = Self.places[primaries], let curve = Self.curves[curve] else { return nil }
        self.places = [0.3127, 0.3290] + places
        self.curve = curve
    }

    private static let places: [Int: [Double]] = [
        1: [0.640, 0.330, 0.300, 0.600, 0.150, 0.060],  // BT.709, which is sRGB
        5: [0.640, 0.330, 0.290, 0.600, 0.150, 0.060],  // BT.601, 625 lines
        6: [0.630, 0.340, 0.310, 0.595, 0.155, 0.070],  // BT.601, 525 lines
        7: [0.630, 0.340, 0.310, 0.595, 0.155, 0.070],  // SMPTE 240M
        9: [0.708, 0.292, 0.170, 0.797, 0.131, 0.046],  // BT.2020
        12: [0.680, 0.320, 0.265, 0.690, 0.150, 0.060],  // Display P3
    ]

    /// Curves of films (1, 6, 14, 15) are those of cameras; screens show them as sRGB.
    private static let curves: [Int: [Double]] = [
        1: srgb, 2: srgb, 6: srgb, 13: srgb, 14: srgb, 15: srgb,
        4: [2.2, 1, 0, 0, 0], 5: [2.8, 1, 0, 0, 0], 8: [1, 1, 0, 0, 0],
    ]
    private static let srgb = [2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]
}
