import CDemoModel
import Captioning
import Florence2
import Foundation
import Hummingbird
import Images
import Logging
import Serving
import Synchronization
import VisionAPI

/// The demo model, as the program carries it, and an application around it.
enum Demo {
    static let files: ModelFiles = {
        var files: [String: UnsafeRawBufferPointer] = [:]
        var next = demo_model_files()
        while let file = next?.pointee, let name = file.name {
            files[String(cString: name)] = UnsafeRawBufferPointer(start: file.bytes, count: file.size)
            next = next?.advanced(by: 1)
        }
        return .embedded(name: "demo", files: files)
    }()

    /// The example image, a PNG.
    static let image: Data = {
        let file = demo_example_image()
        return Data(UnsafeRawBufferPointer(start: file.bytes, count: file.size))
    }()

    /// A request for a caption of it, in JSON.
    static let captionBody = Data(#"{"image": "\#(image.base64EncodedString())", "prompt": "<CAPTION>"}"#.utf8)

    /// What the model itself says about the example image.
    static func answer(_ prompt: String, numBeams: Int? = nil, maxNewTokens: Int? = nil) throws -> Answer {
        let image = try files.imageProcessor().prepare(ImageDecoder().decode(Array(Self.image)))
        let overrides = GenerationOverrides(numBeams: numBeams, maxNewTokens: maxNewTokens)
        return try Captioner(files, threads: 1).answer(image, prompt: TaskPrompt(prompt), overrides: overrides).answer
    }

    /// The same, of a task that answers text.
    static func text(_ prompt: String, numBeams: Int? = nil, maxNewTokens: Int? = nil) throws -> String {
        let answer = try answer(prompt, numBeams: numBeams, maxNewTokens: maxNewTokens)
        return if case .text(let text) = answer { text } else { "" }
    }

    private static let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })

    /// The application around the demo model; `loads` counts how often it is loaded.
    static func application(
        extraPrompts: [String] = [], anyPrompt: Bool = false, maxBodySize: Int = 32 << 20,
        limits: ModelHostLimits = .init(), loads: LoadCount = .init()
    ) throws -> some ApplicationProtocol {
        try application(
            around: host(limits: limits) { try loads.next() },
            ServerConfiguration(
                modelName: "demo", extraPrompts: extraPrompts, anyPrompt: anyPrompt, maxBodySize: maxBodySize))
    }

    /// A host of the demo model; `beforeLoad` runs on the model's thread.
    static func host(
        limits: ModelHostLimits = .init(), imageCache: Int = 0,
        beforeLoad: @escaping @Sendable () throws -> Void = {}
    ) -> CaptionService.Host {
        let worker = CaptionWorker(maxBatch: limits.maxConcurrent, imageCache: imageCache) {
            try beforeLoad()
            return try Captioner(files, threads: 2)
        }
        return ModelHost(name: "demo", limits: limits, clock: ContinuousClock(), logger: logger, runner: worker)
    }

    static func application(
        around host: CaptionService.Host,
        _ configuration: ServerConfiguration = .init(modelName: "demo"),
        store: CaptionService.Store? = nil,
        prepareImage: PrepareImage? = nil
    ) throws -> some ApplicationProtocol {
        let assets = try ModelAssets(files: files)
        return buildApplication(
            configuration: configuration, host: host,
            store: store ?? ModelStore(name: "demo", assets: assets, clock: ContinuousClock()), logger: logger,
            prepareImage: prepareImage)
    }
}

/// Counts the loads, and lets the first ones fail where a test wants that.
final class LoadCount: Sendable {
    private let count = Atomic(0)
    private let failures: Int

    init(failures: Int = 0) {
        self.failures = failures
    }

    var value: Int { count.load(ordering: .relaxed) }

    func next() throws {
        if count.add(1, ordering: .relaxed).newValue <= failures {
            throw ModelError.missingFile("vocab.json", model: "demo")
        }
    }
}
