/// Resizes and normalises as preprocessor_config.json says (CLIPImageProcessor in transformers).
public struct ImageProcessor: Sendable, Equatable {
    /// Columns the model takes.
    public let width: Int
    /// Rows the model takes.
    public let height: Int
    /// Subtracted from each rescaled channel: red, green, blue.
    public let mean: [Float]
    /// Each channel is divided by it after that.
    public let std: [Float]
    /// A byte is multiplied by it first.
    public let rescaleFactor: Double

    /// Florence-2's own: 768 x 768, ImageNet's mean and deviation, 1/255.
    public init() {
        width = 768
        height = 768
        mean = [0.485, 0.456, 0.406]
        std = [0.229, 0.224, 0.225]
        rescaleFactor = 0.00392156862745098
    }

    /// From the bytes of a preprocessor_config.json; what is absent or null takes Florence-2's own value.
    public init(preprocessorConfig json: [UInt8]) throws(ImageError) {
        try self.init(PreprocessorConfiguration(json: json))
    }

    /// From the bytes of a processor_config.json; nil where that does not say how images are prepared.
    public init?(processorConfig json: [UInt8]) throws(ImageError) {
        guard let configuration = try PreprocessorConfiguration.nested(in: json) else { return nil }
        try self.init(configuration)
    }

    private init(_ configuration: PreprocessorConfiguration) throws(ImageError) {
        let own = ImageProcessor()
        (width, height) = try configuration.sides(or: (own.width, own.height))
        let normalizes = configuration.doNormalize ?? true
        mean = normalizes ? try configuration.channels(configuration.imageMean, "image_mean") ?? own.mean : [0, 0, 0]
        std = normalizes ? try configuration.channels(configuration.imageStd, "image_std") ?? own.std : [1, 1, 1]
        if std.contains(0) { throw .configuration("image_std holds a 0") }
        let rescales = configuration.doRescale ?? true
        rescaleFactor = rescales ? configuration.rescaleFactor ?? own.rescaleFactor : 1
        guard rescaleFactor.isFinite else { throw .configuration("rescale_factor is no finite number") }
    }

    /// Pillow 11.2.1's bicubic resize to `width` x `height`.
    public func prepare(_ image: RGBImage) -> PreparedImage {
        let pixels = Resize.bicubic(image, width: width, height: height)
        return prepared(pixels, originalWidth: image.width, originalHeight: image.height)
    }

    /// For images that were resized as they came.
    func prepared(_ pixels: RGBImage, originalWidth: Int, originalHeight: Int) -> PreparedImage {
        PreparedImage(
            pixels: pixels, originalWidth: originalWidth, originalHeight: originalHeight, values: values)
    }

    /// [3, 256] (float32(byte * factor) - mean) / std: the product in double, the rest in float32, as transformers has it.
    private var values: [Float] {
        zip(mean, std).flatMap { mean, std in
            (0..<256).map { (Float(Double($0) * rescaleFactor) - mean) / std }
        }
    }
}
