/// A file of one format whose header has been read; its pixels have not.
protocol FormatDecoder {
    /// Columns as stored.
    var width: Int { get }
    /// Rows as stored.
    var height: Int { get }
    /// How the stored image has to be turned.
    var orientation: Orientation { get }
    /// The most bytes that `decode` takes at a time.
    var memory: Int { get }
    /// Gives `sink` all rows as stored, transparency laid on white. The size has been checked by the caller.
    func decode(into sink: any RowSink, _ progress: DecodeProgress) throws(ImageError)
}
