import Images
import Testing

@Suite struct ImageProcessorTests {
    private func processor(_ json: String) throws -> ImageProcessor {
        try ImageProcessor(preprocessorConfig: Array(json.utf8))
    }

    @Test func absentFieldsAreFlorences() throws {
        #expect(try processor("{}") == ImageProcessor())
        #expect(try processor(#"{"size": null, "image_mean": null, "auto_map": {"a": [1]}}"#) == ImageProcessor())
    }

    @Test func fieldsAreObeyed() throws {
        let json = #"""
            {"size": {"height": 96, "width": 128}, "image_mean": [0.5, 0.25, 0.125], "image_std": [0.5, 1, 2],
             "rescale_factor": 0.5, "resample": 3, "do_center_crop": false, "crop_size": {"height": 768, "width": 768}}
            """#
        let processor = try processor(json)
        #expect(processor.width == 128)
        #expect(processor.height == 96)
        #expect(processor.mean == [0.5, 0.25, 0.125])
        #expect(processor.std == [0.5, 1, 2])
        #expect(processor.rescaleFactor == 0.5)
        #expect(try self.processor(#"{"do_rescale": false, "do_normalize": false}"#).mean == [0, 0, 0])
        #expect(try self.processor(#"{"do_rescale": false}"#).rescaleFactor == 1)
        #expect(try self.processor(#"{"size": 224}"#).height == 224)
    }

    @Test(arguments: [
        #"{"size": {"height": 0, "width": 768}}"#, #"{"size": {"height": 100000, "width": 768}}"#,
        #"{"size": {"shortest_edge": 768}}"#, #"{"size": "big"}"#, #"{"image_mean": [1, 2]}"#,
        #"{"image_std": [1, 0, 1]}"#, #"{"image_std": [1e300, 1, 1]}"#, #"{"do_resize": false}"#, #"{"resample": 2}"#,
        #"{"do_center_crop": true, "crop_size": {"height": 224, "width": 224}}"#, "[]", "", "{", "nonsense",
        #"{"size": {"height": 1e99, "width": 768}}"#, #"{"rescale_factor": "x"}"#,
    ])
    func whatIsNotDoneIsRefused(_ json: String) {
        #expect { try processor(json) } throws: { error in
            guard case ImageError.configuration(let reason) = error else { return false }
            return !reason.isEmpty && String(describing: error).hasPrefix("preprocessor_config.json cannot be used: ")
        }
    }

    @Test func valuesFollowTheFormula() throws {
        let pixels = (0..<256).flatMap { [UInt8($0), UInt8(255 - $0), UInt8($0 ^ 170)] }
        let image = try #require(RGBImage(width: 256, height: 1, pixels: pixels))
        let processor = try processor(#"{"size": {"height": 1, "width": 256}}"#)
        let prepared = processor.prepare(image)
        #expect(prepared.pixels == image)
        let values = prepared.pixelValues()
        #expect(values.count == 768)
        let mean: [Float] = [0.485, 0.456, 0.406]
        let std: [Float] = [0.229, 0.224, 0.225]
        for (index, byte) in pixels.enumerated() {
            let rescaled = Float(Double(byte) * 0.00392156862745098)
            #expect(values[index] == (rescaled - mean[index % 3]) / std[index % 3])
        }
    }

    @Test func originalSizeIsKept() throws {
        let image = try #require(RGBImage(width: 3, height: 2, pixels: [UInt8](repeating: 9, count: 18)))
        let prepared = ImageProcessor().prepare(image)
        #expect(prepared.originalWidth == 3)
        #expect(prepared.originalHeight == 2)
        #expect(prepared.pixels.width == 768)
        #expect(prepared.pixels.height == 768)
        #expect(prepared.pixels.pixels.allSatisfy { $0 == 9 })
    }
}
