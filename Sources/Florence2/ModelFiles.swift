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
    private let source: Source

    private enum Source {
        case directory(URL)
        /// Bytes that stay where they are for the life of the process.
        case embedded([String: UnsafeRawBufferPointer])
    }

    /// The model in the directory at `path`; throws `ModelError` where there is no model.
    ///
    /// - Parameter name: What to call it; `nil`: the path's last component.
    public static func directory(_ path: String, name: String? = nil) throws(ModelError) -> ModelFiles {
        let url = URL(filePath: path).standardizedFileURL
        let files = ModelFiles(name: name ?? url.lastPathComponent, source: .directory(url))
        guard files.contains("config.json") else {
            throw ModelError.missingFile("config.json", model: files.name)
        }
        return files
    }

    /// A model whose files are in memory for the life of the process.
    public static func embedded(name: String, files: [String: UnsafeRawBufferPointer]) -> ModelFiles {
        ModelFiles(name: name, source: .embedded(files))
    }

    /// How pictures are prepared; reads a small file, no weights.
    public func imageProcessor() throws -> ImageProcessor {
        guard let json = try optionalBytes("preprocessor_config.json") else { return ImageProcessor() }
        return try ImageProcessor(preprocessorConfig: json)
    }

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
            let path = url.appending(path: file)
            guard let size = Self.regularFileSize(path.path), size <= Self.maximumSmallFileBytes,
                let data = try? Data(contentsOf: path)
            else { throw ModelError.invalidFile(file, reason: "it cannot be read, or is too large") }
            return Array(data)
        }
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

    /// The tokenizer, from tokenizer.json or from the three files that older fine-tunes carry.
    func tokenizer() throws -> Tokenizer {
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
