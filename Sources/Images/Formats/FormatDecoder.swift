/// A file of one format whose header has been read; its pixels have not.
protocol FormatDecoder {
    /// Columns as stored.
    var width: Int { get }
    /// Rows as stored.
    var height: Int { get }
    /// How the stored image has to be turned.
    var orientation: Orientation { get }
    /// What the samples stand for.
    var model: ColorModel { get }
    /// What the file says about its colours; nil where that is nothing, or is not known before `decode`.
    var profile: ColorProfile? { get }
    /// The most bytes that `decode` takes at a time.
    var memory: Int { get }
    /// Gives `sink` all rows as stored, transparency laid on white. The size has been checked by the caller.
    func decode(into sink: any RowSink, _ progress: DecodeProgress) throws(ImageError)
}

extension FormatDecoder {
    var model: ColorModel { .rgb }
    var profile: ColorProfile? { nil }
}
