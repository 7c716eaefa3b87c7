import Foundation

/// preprocessor_config.json as it is written; `ImageProcessor` is what it means.
struct PreprocessorConfiguration: Decodable {
    struct Size: Decodable {
        let width: Int
        let height: Int

        enum CodingKeys: CodingKey { case width, height }

        /// {"height": h, "width": w}, or one number for both.
        init(from decoder: any Decoder) throws {
            if let side = try? decoder.singleValueContainer().decode(Int.self) {
                width = side
                height = side
                return
            }
            let container = try decoder.container(keyedBy: CodingKeys.self)
            width = try container.decode(Int.self, forKey: .width)
            height = try container.decode(Int.self, forKey: .height)
        }
    }

    private static let maxSide = 4096
    private static let bicubic = 3

    let size: Size?
    let cropSize: Size?
    let doResize: Bool?
    let doCenterCrop: Bool?
    let doRescale: Bool?
    let doNormalize: Bool?
    let resample: Int?
    let rescaleFactor: Double?
    let imageMean: [Double]?
    let imageStd: [Double]?

    init(json: [UInt8]) throws(ImageError) {
        self = try Self.decoded(Self.self, json)
        try check()
    }

    /// The part of a processor_config.json that is about images; nil where there is none.
    static func nested(in json: [UInt8]) throws(ImageError) -> PreprocessorConfiguration? {
        let configuration = try decoded(ProcessorFile.self, json).imageProcessor
        try configuration?.check()
        return configuration
    }

    private struct ProcessorFile: Decodable {
        let imageProcessor: PreprocessorConfiguration?
    }

    private static func decoded<T: Decodable>(_ type: T.Type, _ json: [UInt8]) throws(ImageError) -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            return try decoder.decode(type, from: Data(json))
        } catch DecodingError.keyNotFound(let key, _) {
            throw .configuration("\"size\" lacks \"\(key.stringValue)\"; it must give height and width")
        } catch DecodingError.typeMismatch(_, let context) {
            throw .configuration("\(Self.field(context)) has the wrong type")
        } catch {
            throw .configuration("it is no valid JSON object")
        }
    }

    private func check() throws(ImageError) {
        if doResize == false { throw .configuration("do_resize is false, but the model takes pictures of one size") }
        if let resample, resample != Self.bicubic {
            throw .configuration("resample is \(resample), but only 3 (bicubic) is done here")
        }
    }

    private static func field(_ context: DecodingError.Context) -> String {
        let path = context.codingPath.map(\.stringValue).joined(separator: ".")
        return path.isEmpty ? "the file" : "\"\(path)\""
    }

    func sides(or own: (Int, Int)) throws(ImageError) -> (Int, Int) {
        let width = size?.width ?? own.0
        let height = size?.height ?? own.1
        guard (1...Self.maxSide).contains(width), (1...Self.maxSide).contains(height) else {
            throw .configuration("\"size\" is \(width) x \(height); each side must be 1...\(Self.maxSide)")
        }
        if doCenterCrop == true, let cropSize, cropSize.width != width || cropSize.height != height {
            throw .configuration("do_center_crop cuts a part out of the picture, which is not done here")
        }
        return (width, height)
    }

    /// Three finite numbers; nil when the field is absent.
    func channels(_ values: [Double]?, _ field: String) throws(ImageError) -> [Float]? {
        guard let values else { return nil }
        guard values.count == 3, values.allSatisfy({ Float($0).isFinite }) else {
            throw .configuration("\"\(field)\" must be three numbers")
        }
        return values.map { Float($0) }
    }
}
