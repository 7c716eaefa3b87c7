/// The size of an upright image, to which an answer's coordinates refer: `x-image-size: 640x480`.
public struct ImageSize: Sendable, Equatable {
    /// The header of an answer about one image.
    public static let header = "x-image-size"

    public let width: Int
    public let height: Int

    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// `nil`: the text is no size, or one that no image has.
    public init?(_ text: String) {
        let numbers = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard numbers.count == 2, numbers.allSatisfy({ (1...1_000_000).contains($0) }) else { return nil }
        self.init(width: numbers[0], height: numbers[1])
    }

    /// As the header has it.
    public var text: String { "\(width)x\(height)" }
}
