import CImageCodecs

/// The way from a profile's colours to sRGB, relative colorimetric, with 8 bits a sample, by lcms2: what Pillow's
/// `ImageCms.profileToProfile` does.
///
/// `@unchecked`: lcms2 only reads a transform that was made without a cache.
final class ColorTransform: @unchecked Sendable {
    let model: ColorModel
    private let handle: OpaquePointer
    /// [256, 3]: all that gray can become; empty for other models.
    private let shades: [UInt8]

    /// nil where lcms2 is not there, or makes nothing of the profile.
    convenience init?(_ profile: ICCProfile) {
        let channels = Int32(profile.model.rawValue)
        self.init(cimage_transform_profile(profile.bytes, profile.bytes.count, channels), profile.model)
    }

    /// nil where lcms2 is not there.
    convenience init?(_ primaries: CodedPrimaries) {
        self.init(cimage_transform_primaries(primaries.places, primaries.curve), .rgb)
    }

    private init?(_ handle: OpaquePointer?, _ model: ColorModel) {
        guard let handle else { return nil }
        self.handle = handle
        self.model = model
        shades = model == .gray ? Self.run(handle, (0...255).map { $0 }, count: 256) : []
    }

    deinit { cimage_transform_free(handle) }

    /// Whether nobody could tell the profile from sRGB: no value of any colour moves by more than two steps. There are
    /// dozens of profiles of sRGB, and an image is not to change with them.
    var isNearlyNone: Bool {
        guard model != .cmyk else { return false }
        let colors = Self.grid(model == .gray ? 256 : 17, model)
        let moved = converted(colors, count: colors.count / 3)
        return zip(colors, moved).allSatisfy { abs(Int($0) - Int($1)) <= 2 }
    }

    /// An image whose pixels are in the profile's colours; gray ones three times the same.
    func converted(_ image: RGBImage) -> RGBImage {
        RGBImage(
            checkedWidth: image.width, height: image.height,
            pixels: converted(image.pixels, count: image.width * image.height))
    }

    /// [count, model] -> [count, 3], for gray [count, 3] -> [count, 3].
    func converted(_ pixels: [UInt8], count: Int) -> [UInt8] {
        guard model == .gray else { return Self.run(handle, pixels, count: count) }
        return [UInt8](unsafeUninitializedCapacity: 3 * count) { target, filled in
            for index in 0..<count {
                let shade = 3 * Int(pixels[3 * index])
                for c in 0..<3 { target[3 * index + c] = shades[shade + c] }
            }
            filled = 3 * count
        }
    }

    private static func run(_ handle: OpaquePointer, _ pixels: [UInt8], count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 3 * count) { target, filled in
            cimage_transform_run(handle, pixels, target.baseAddress, count)
            filled = 3 * count
        }
    }

    /// Colours from all over the model, as RGB: so many steps along each axis.
    private static func grid(_ steps: Int, _ model: ColorModel) -> [UInt8] {
        let values = (0..<steps).map { UInt8($0 * 255 / (steps - 1)) }
        if model == .gray { return values.flatMap { [$0, $0, $0] } }
        return values.flatMap { red in values.flatMap { green in values.flatMap { blue in [red, green, blue] } } }
    }
}

/// The library that converts colours.
public enum ColorLibrary {
    /// Its name and version; nil where it is not installed, and profiles are ignored.
    public static let version: String? = {
        let number = cimage_color_version()
        return number == 0 ? nil : "lcms2 \(number / 1000).\(number % 1000 / 10)"
    }()
}
