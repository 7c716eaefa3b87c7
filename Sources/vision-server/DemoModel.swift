import CDemoModel
import Florence2

/// The small model that is part of this program.
enum DemoModel {
    static let files: ModelFiles = {
        var files: [String: UnsafeRawBufferPointer] = [:]
        var next = demo_model_files()
        while let file = next?.pointee, let name = file.name {
            files[String(cString: name)] = UnsafeRawBufferPointer(start: file.bytes, count: file.size)
            next = next?.advanced(by: 1)
        }
        return .embedded(name: "demo", files: files)
    }()

    /// An image that comes with it, a PNG.
    static var exampleImage: [UInt8] {
        let file = demo_example_image()
        return Array(UnsafeRawBufferPointer(start: file.bytes, count: file.size))
    }

    /// What the model says of that image, and the reference, too.
    static let exampleCaption =
        #"a red square, a brown square and a green heart plus an orange cross with the word "FISH""#
}
