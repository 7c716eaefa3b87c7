public import Florence2
public import Images

/// What is there of a model before its weights are read: its files, and how its images are prepared.
public struct ModelAssets: Sendable {
    public let files: ModelFiles
    public let processor: ImageProcessor

    /// Reads the small files, and of the weights which there are.
    ///
    /// - Throws: where no model can be made of the files.
    public init(files: ModelFiles) throws {
        try files.check()
        self.files = files
        processor = try files.imageProcessor()
    }
}
