import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Where a checkpoint stores a weight: under which name, and whether as the transpose of what the model wants.
public struct StoredName: Sendable, Equatable {
    public let name: String
    public let isTransposed: Bool

    public init(_ name: String, isTransposed: Bool = false) {
        self.name = name
        self.isTransposed = isTransposed
    }
}

/// A scoped view over the tensors of a checkpoint, under the model's own names.
///
/// Layers ask for weights by the name that they have in the model; `translate` knows what the file at hand calls them.
public struct Weights: Sendable {
    /// What packs matrices while the model loads, and how precisely they are wanted.
    public let workspace: Workspace
    private let isSensitive: Bool
    private let files: [SafetensorsFile]
    private let translate: @Sendable (String) -> StoredName
    private let prefix: String
    private let requested: RequestedNames

    /// A view over all tensors of `files`; a name that two files hold is taken from the first.
    public init(
        files: [SafetensorsFile], workspace: Workspace, translate: @escaping @Sendable (String) -> StoredName
    ) {
        self.init(
            files: files, workspace: workspace, translate: translate, prefix: "", isSensitive: false,
            requested: RequestedNames())
    }

    private init(
        files: [SafetensorsFile], workspace: Workspace, translate: @escaping @Sendable (String) -> StoredName,
        prefix: String, isSensitive: Bool, requested: RequestedNames
    ) {
        self.requested = requested
        self.files = files
        self.workspace = workspace
        self.translate = translate
        self.prefix = prefix
        self.isSensitive = isSensitive
    }

    /// The weights below `name`: `weights.scope("encoder").scope("layers.0")`.
    public func scope(_ name: String) -> Weights {
        Weights(
            files: files, workspace: workspace, translate: translate, prefix: prefix + name + ".",
            isSensitive: isSensitive, requested: requested)
    }

    /// The same weights, known for numbers that int8 would distort too much.
    public var sensitive: Weights {
        Weights(
            files: files, workspace: workspace, translate: translate, prefix: prefix, isSensitive: true,
            requested: requested)
    }

    /// The format that the matrix `name` is packed in.
    public func format(of name: String) throws -> WeightFormat {
        let entry = try located(translate(prefix + name).name).entry
        return workspace.precision.format(stored: DType(rawValue: entry.dtype) ?? .float32, isSensitive: isSensitive)
    }

    /// Whether the checkpoint holds the tensor.
    public func contains(_ name: String) -> Bool {
        find(translate(prefix + name).name) != nil
    }

    /// The shape of a tensor as the model sees it.
    public func shape(of name: String) throws -> [Int] {
        let stored = translate(prefix + name)
        let shape = try located(stored.name).entry.shape
        return stored.isTransposed ? shape.reversed() : shape
    }

    /// A tensor widened to float32; `shape` must be the stored one.
    public func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
        let stored = translate(prefix + name)
        let found = try load(stored, shape: shape)
        defer { found.release() }
        guard !workspace.isForChecking else { return workspace.tensor(shape) }
        let tensor = Tensor(shape: found.entry.shape)
        tensor.withUnsafeMutableBufferPointer { destination in
            guard let target = destination.baseAddress, let source = found.bytes.baseAddress else { return }
            found.dtype.widen(source, to: target, count: destination.count)
        }
        return stored.isTransposed ? Self.transpose(tensor) : tensor
    }

    /// A matrix [outputs, inputs] in the kernels' order and the format of the precision, packed in parallel.
    public func matrix(_ name: String, outputs: Int, inputs: Int) throws -> PackedMatrix {
        let stored = translate(prefix + name)
        let found = try load(stored, shape: [outputs, inputs])
        defer { found.release() }
        let format = workspace.precision.format(stored: found.dtype, isSensitive: isSensitive)
        guard !stored.isTransposed, found.dtype != .float64 else {
            return try tensor(name, [outputs, inputs]).withUnsafeBufferPointer {
                PackedMatrix(rowMajor: $0, outputs: outputs, inputs: inputs, format: format, in: workspace)
            }
        }
        return PackedMatrix(
            stored: found.bytes, as: found.dtype, outputs: outputs, inputs: inputs, format: format, in: workspace)
    }

    /// A linear layer [outputs, inputs] with its bias [outputs].
    public func linear(_ name: String, outputs: Int, inputs: Int) throws -> Linear {
        Linear(
            weight: try matrix(name + ".weight", outputs: outputs, inputs: inputs),
            bias: try tensor(name + ".bias", [outputs]))
    }

    /// A layer norm over `size` channels.
    public func layerNorm(_ name: String, _ size: Int) throws -> LayerNorm {
        LayerNorm(weight: try tensor(name + ".weight", [size]), bias: try tensor(name + ".bias", [size]))
    }

    /// An embedding table [rows, columns], kept in the file's own precision.
    public func embedding(_ name: String, rows: Int, columns: Int) throws -> Embedding {
        let found = try load(translate(prefix + name), shape: [rows, columns])
        defer { found.release() }
        guard found.dtype != .float64 else {
            return try tensor(name, [rows, columns]).withUnsafeBufferPointer {
                Embedding(
                    rows: rows, columns: columns, dtype: .float32, bytes: UnsafeRawBufferPointer($0), in: workspace)
            }
        }
        return Embedding(rows: rows, columns: columns, dtype: found.dtype, bytes: found.bytes, in: workspace)
    }

    /// Whether two tensors are stored as the same numbers; false where one is missing, or no numbers are read.
    public func areEqual(_ name: String, _ other: String) -> Bool {
        guard !workspace.isForChecking, let one = find(translate(prefix + name).name),
            let two = find(translate(prefix + other).name),
            one.entry.dtype == two.entry.dtype, one.entry.shape == two.entry.shape
        else { return false }
        defer {
            one.file.release(one.entry)
            two.file.release(two.entry)
        }
        let (left, right) = (one.file.bytes(of: one.entry), two.file.bytes(of: two.entry))
        guard let start = left.baseAddress, let otherStart = right.baseAddress else { return left.count == right.count }
        return memcmp(start, otherStart, left.count) == 0
    }

    /// Names of the checkpoint that no layer has asked for so far, sorted.
    public var unusedNames: [String] {
        let used = requested.names.withLock { $0 }
        return Set(files.flatMap(\.entries.keys)).subtracting(used).sorted()
    }
}

/// The stored names that layers have asked for, shared by all views of a checkpoint.
private final class RequestedNames: Sendable {
    let names = Mutex<Set<String>>([])
}

/// A tensor of a file after its shape and type were checked.
private struct StoredTensor {
    let file: SafetensorsFile
    let entry: SafetensorsFile.Entry
    let dtype: DType

    var bytes: UnsafeRawBufferPointer { file.bytes(of: entry) }

    func release() { file.release(entry) }
}

extension Weights {
    private func find(_ stored: String) -> (file: SafetensorsFile, entry: SafetensorsFile.Entry)? {
        for file in files {
            if let entry = file.entries[stored] { return (file, entry) }
        }
        return nil
    }

    private func located(_ stored: String) throws -> (file: SafetensorsFile, entry: SafetensorsFile.Entry) {
        requested.names.withLock { _ = $0.insert(stored) }
        guard let found = find(stored) else {
            throw TensorError.missingTensor(stored, file: files.map(\.name).joined(separator: ", "))
        }
        return found
    }

    /// A tensor after its shape and type were checked; `shape` is the model's.
    private func load(_ stored: StoredName, shape: [Int]) throws -> StoredTensor {
        let (file, entry) = try located(stored.name)
        let expected = stored.isTransposed ? shape.reversed() : shape
        guard entry.shape == expected else {
            throw TensorError.wrongShape(stored.name, expected: expected, found: entry.shape, file: file.name)
        }
        guard !entry.shape.contains(0) else {
            throw TensorError.invalidFile(path: file.name, reason: "the tensor \(stored.name) is empty: \(entry.shape)")
        }
        guard let dtype = DType(rawValue: entry.dtype) else {
            throw TensorError.unsupportedType(stored.name, type: entry.dtype, file: file.name)
        }
        return StoredTensor(file: file, entry: entry, dtype: dtype)
    }

    private static func transpose(_ tensor: Tensor) -> Tensor {
        let (rows, columns) = (tensor.rows, tensor.columns)
        let result = Tensor(shape: [columns, rows])
        tensor.withUnsafeBufferPointer { source in
            result.withUnsafeMutableBufferPointer { destination in
                for row in 0..<rows {
                    for column in 0..<columns { destination[column * rows + row] = source[row * columns + column] }
                }
            }
        }
        return result
    }
}
