/// What a file says of its image before anything is decoded.
public struct ImageHeader: Sendable, Equatable {
    /// The format, told by content.
    public let format: ImageFormat
    /// Columns as stored; an orientation of 5...8 makes them the rows of the upright image.
    public let width: Int
    /// Rows as stored.
    public let height: Int
    /// The EXIF orientation, 1...8; 1 is upright.
    public let orientation: Int
    /// The most bytes that decoding and resizing take at a time, those of the file not counted.
    public let decodeMemory: Int
}
