public import Images
import FoundationEssentials
public import Tensors

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The files of one model: those of a directory, or those of a model that is part of the program.
public struct ModelFiles: @unchecked Sendable {
    /// What to call the model: of a directory its last component only.
    public let name: String
    let source: Source

    enum Source {
        case directory(URL)
        /// Bytes that stay where they are for the life of the process.
        case embedded([String: UnsafeRawBufferPointer])
    }

    /// The model in the directory at `path`; throws `ModelError` where there is no model.
    ///
    /// - Parameter name: What to call it; `nil`: the path's last component.
    public static func directory(_ path: String, name: String? = nil) throws(ModelError) -> ModelFiles {
        // As the system takes it: a URL would make the user's own folder of a `~`.
        let url = URL(filePath: path.utf8.first == UInt8(ascii: "~") ? "./" + path : path).standardizedFileURL
        let files = ModelFiles(name: name ?? url.lastPathComponent, source: .directory(url))
        guard !files.contains("config.json") else { return files }
        let names = try namesInDirectory(path)
        if let reason = ForeignModel.reason(directory: path, names: names) {
            throw ModelError.foreign(path, reason: reason)
        }
        let hasWeights = names.contains { $0.hasSuffix(".safetensors") || $0.hasPrefix("pytorch_model.") }
        throw ModelError.missingFile(hasWeights ? "config.json" : "model.safetensors", model: files.name)
    }

    private static func namesInDirectory(_ path: String) throws(ModelError) -> [String] {
        var status = stat()
        guard stat(path, &status) == 0 else {
            let number = errno
            if number == ENOENT || number == ENOTDIR { throw ModelError.noDirectory(path) }
            throw ModelError.unreadable(path, reason: String(cString: strerror(number)))
        }
        guard status.st_mode & S_IFMT == S_IFDIR else {
            throw ModelError.foreign(path, reason: ForeignModel.reason(file: path))
        }
        guard access(path, R_OK | X_OK) == 0, let names = try? FileManager.default.contentsOfDirectory(atPath: path)
        else { throw ModelError.unreadable(path, reason: String(cString: strerror(errno))) }
        // A file system's own folder, on a disk that holds nothing else, is no content.
        guard names.contains(where: { $0 != "lost+found" }) else { throw ModelError.emptyDirectory(path) }
        return names
    }

    /// Whether a model can be made of the files: reads all of them but the numbers of the weights, of which names, shapes
    /// and types are compared with what the network needs.
    ///
    /// - Throws: what loading would throw: `ModelError`, `TokenizerError`, `TensorError`.
    public func check(_ precision: Precision = .fp32) throws {
        _ = try Captioner(self, Workspace(forChecking: precision))
    }

    /// A model whose files are in memory for the life of the process.
    public static func embedded(name: String, files: [String: UnsafeRawBufferPointer]) -> ModelFiles {
        ModelFiles(name: name, source: .embedded(files))
    }

    /// How images are prepared; reads small files, no weights.
    public func imageProcessor() throws -> ImageProcessor { try imageProcessorAndFile().processor }

    /// About how many bytes of memory the loaded model takes, from the headers of its weights: every weight in the
    /// precision, and some more for what is computed and for the table of embeddings, which stays as it is stored.
    public func memoryNeeded(_ precision: Precision) throws -> Int {
        let byteCount = try weightFiles().flatMap(\.entries.values).reduce(64e6) { sum, entry in
            let byteCount: Double =
                switch precision {
                case .fp32: entry.dtype == "F16" ? 2 : 4
                case .bf16: 2.2
                case .int8: 1.3
                }
            return sum + entry.shape.reduce(byteCount + 0.5) { $0 * Double($1) }
        }
        return Int(min(byteCount, 1e18))
    }
}

extension ModelFiles {
    /// JSON and text files are at most a few megabytes; a larger one is not what it claims to be.
    private static let maximumSmallFileBytes = 256 << 20

    /// How images are prepared, and which file says so. transformers 5 writes it into processor_config.json, and where
    /// that has it, it counts.
    func imageProcessorAndFile() throws -> (processor: ImageProcessor, file: String) {
        if let processor = try processorFromProcessorConfiguration() { return (processor, ProcessorConfiguration.file) }
        let file = "preprocessor_config.json"
        guard let json = try optionalBytes(file) else { return (ImageProcessor(), file) }
        return (try ImageProcessor(preprocessorConfig: json), file)
    }

    private func processorFromProcessorConfiguration() throws(ModelError) -> ImageProcessor? {
        guard let json = try optionalBytes(ProcessorConfiguration.file) else { return nil }
        do {
            return try ImageProcessor(processorConfig: json)
        } catch {
            guard case .configuration(let reason) = error else { return nil }
            throw ModelError.invalidFile(ProcessorConfiguration.file, reason: reason)
        }
    }

    func contains(_ file: String) -> Bool {
        switch source {
        case .directory(let url): FileManager.default.fileExists(atPath: url.appending(path: file).path)
        case .embedded(let files): files[file] != nil
        }
    }

    /// The bytes of a small file.
    func bytes(_ file: String) throws(ModelError) -> [UInt8] {
        guard let bytes = try optionalBytes(file) else { throw ModelError.missingFile(file, model: name) }
        return bytes
    }

    /// The bytes of a small file; nil where it is not there.
    func optionalBytes(_ file: String) throws(ModelError) -> [UInt8]? {
        guard contains(file) else { return nil }
        switch source {
        case .embedded(let files): return files[file].map(Array.init)
        case .directory(let url):
            return try smallFile(file, at: url.appending(path: file).path)
        }
    }

    private func smallFile(_ file: String, at path: String) throws(ModelError) -> [UInt8] {
        guard let size = Self.regularFileSize(path), size <= Self.maximumSmallFileBytes else {
            throw ModelError.invalidFile(file, reason: "it is no file of text, or is too large")
        }
        guard let stream = fopen(path, "re") else { throw Self.unreadable(file) }
        defer { fclose(stream) }
        // One byte more than there are: the end is seen, and a failure before it.
        let bytes = [UInt8](unsafeUninitializedCapacity: size + 1) { buffer, count in
            count = buffer.baseAddress.map { fread($0, 1, size + 1, stream) } ?? 0
        }
        guard ferror(stream) == 0 else { throw Self.unreadable(file) }
        return bytes
    }

    private static func unreadable(_ file: String) -> ModelError {
        .unreadableFile(file, reason: String(cString: strerror(errno)))
    }

    /// nil where the path, links followed, leads to something else than a file: reading a pipe or a device never ends.
    private static func regularFileSize(_ path: String) -> Int? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// The safetensors files of the model: one, or the shards that an index lists.
    func weightFiles() throws -> [SafetensorsFile] {
        if contains("model.safetensors") { return [try weightFile("model.safetensors")] }
        if let index = try optionalBytes("model.safetensors.index.json") {
            return try ShardIndex(json: Data(index)).files.map(weightFile)
        }
        if ["pytorch_model.bin", "pytorch_model.bin.index.json"].contains(where: contains) {
            throw ModelError.pickledWeights(model: name)
        }
        if case .directory(let url) = source,
            let names = try? FileManager.default.contentsOfDirectory(atPath: url.path),
            let reason = ForeignModel.reason(directory: url.path, names: names)
        {
            throw ModelError.foreign(name, reason: reason)
        }
        throw ModelError.missingFile("model.safetensors", model: name)
    }

    private func weightFile(_ file: String) throws -> SafetensorsFile {
        switch source {
        case .directory(let url):
            guard contains(file) else { throw ModelError.missingFile(file, model: name) }
            return try SafetensorsFile(path: url.appending(path: file).path)
        case .embedded(let files):
            guard let bytes = files[file] else { throw ModelError.missingFile(file, model: name) }
            return try SafetensorsFile(name: file, bytes: bytes)
        }
    }

    /// An adapter is a change to a model's weights, kept beside them.
    var adapterWarnings: [String] {
        ["adapter_model.safetensors", "adapter_model.bin", "adapter_config.json"].first(where: contains).map {
            [
                "\($0) lies beside the model: an adapter is not applied, the answers are the base model's. Load it with "
                    + "PEFT in Python, call merge_and_unload() and save the result"
            ]
        } ?? []
    }

    /// What processor_config.json says about reading answers; nil where it is not there.
    func processorConfiguration() throws(ModelError) -> ProcessorConfiguration? {
        guard let json = try optionalBytes(ProcessorConfiguration.file) else { return nil }
        return try ProcessorConfiguration(json: Data(json))
    }

    /// The tokenizer, from tokenizer.json or from the three files that older fine-tunes carry.
    func tokenizer(_ layout: CheckpointLayout) throws -> Tokenizer {
        var tokenizer = try tokenizer()
        // transformers 5, which native checkpoints are for, does not tidy the text of such tokenizers unless forced to.
        if layout == .native, !tokenizer.forcesCleanUp { tokenizer.cleanUpTokenizationSpaces = false }
        return tokenizer
    }

    private func tokenizer() throws -> Tokenizer {
        let configuration = try optionalBytes("tokenizer_config.json")
        if let json = try optionalBytes("tokenizer.json") {
            return try Tokenizer(tokenizerJSON: json, configurationJSON: configuration)
        }
        guard let vocabulary = try optionalBytes("vocab.json"), let merges = try optionalBytes("merges.txt") else {
            throw ModelError.missingFile("tokenizer.json", model: name)
        }
        return try Tokenizer(
            vocabularyJSON: vocabulary, merges: merges, addedTokensJSON: try optionalBytes("added_tokens.json"),
            configurationJSON: configuration)
    }
}

/// model.safetensors.index.json: which shard holds which tensor.
private struct ShardIndex: Decodable {
    let weight_map: [String: String]

    init(json: Data) throws(ModelError) {
        do {
            self = try JSONDecoder().decode(ShardIndex.self, from: json)
        } catch {
            throw ModelError.invalidFile("model.safetensors.index.json", reason: decodingReason(error))
        }
        guard files.allSatisfy({ !$0.contains("/") && $0.hasSuffix(".safetensors") }) else {
            throw ModelError.invalidFile(
                "model.safetensors.index.json", reason: "it names a file that is no .safetensors file beside it")
        }
    }

    var files: [String] { Set(weight_map.values).sorted() }
}
