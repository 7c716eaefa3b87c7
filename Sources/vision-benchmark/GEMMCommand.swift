import ArgumentParser
import CProbes
import Foundation
import Tensors

/// Times every linear layer of a network beside the ceilings.
struct GEMMCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "gemm", abstract: "Time every linear layer of a network, as JSON.",
        discussion: """
            Every round probes the ceilings, then times each layer once. What is done to the activations on the way, such \
            as quantising and packing, is part of the time; packing of weights is not.
            """)

    enum Network: String, CaseIterable, ExpressibleByArgument {
        case base, large, smoke

        var shape: NetworkShape {
            switch self {
            case .base: .base
            case .large: .large
            case .smoke: .smoke
            }
        }
    }

    @Option(help: "Whose layers.")
    var shape = Network.base

    @Option(help: "The format of the weights: float32, float16, bfloat16 or int8.", transform: WeightFormat.named)
    var format = WeightFormat.float32

    @Option(help: "Threads to compute with. (default: all cores)")
    var threads: Int?

    @Option(help: "How often each layer is timed.")
    var rounds = 5

    @Option(help: "Only layers of this stage: vision, encoder or decoder.")
    var stage: String?

    @Flag(help: "Print the layers only.")
    var list = false

    func run() throws {
        let products = shape.shape.products.filter { stage == nil || $0.stage.rawValue == stage }
        guard !list else { return try JSONOutput.print(products) }
        let workspace = Workspace(
            threads: threads, instructionSet: try .select(environment: ProcessInfo.processInfo.environment))
        let probe = CeilingProbe(
            pool: workspace.pool, seconds: shape == .smoke ? 0.01 : 0.1,
            byteCount: (shape == .smoke ? 16 : 256) << 20)
        let loop = format.ceiling(workspace.instructionSet, probe)
        let timed = products.map { TimedProduct($0, format: format, in: workspace) }
        let results = (0..<max(1, rounds)).map { _ in
            Round(
                operationsPerSecond: probe.operationsPerSecond(loop), bytesPerSecond: probe.bytesPerSecond(),
                seconds: timed.map { $0.time(in: workspace) })
        }
        try JSONOutput.print(
            Result(
                threads: workspace.pool.threads, instructionSet: workspace.instructionSet.rawValue,
                format: format.rawValue, ceiling: loop.name, products: products, rounds: results))
    }

    private struct Result: Encodable {
        let threads: Int
        let instructionSet: String
        let format: String
        /// The loop whose speed is the ceiling.
        let ceiling: String
        let products: [ProductShape]
        let rounds: [Round]
    }

    /// `seconds` are those of one product, in the order of the products.
    private struct Round: Encodable {
        let operationsPerSecond: Double
        let bytesPerSecond: Double
        let seconds: [Double]
    }
}

extension WeightFormat {
    fileprivate static func named(_ name: String) throws -> WeightFormat {
        guard let format = WeightFormat(rawValue: name) else {
            let names = allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("It must be one of \(names).")
        }
        return format
    }

    /// The fastest loop that products of this format could use with these instructions. No `default`: a ceiling that
    /// is too low makes every share look good, so an instruction set that is new has to be thought about here.
    fileprivate func ceiling(_ instructionSet: InstructionSet, _ probe: CeilingProbe) -> cp_loop {
        let candidates: [cp_loop] =
            switch instructionSet {
            case .avx512bf16, .avx512vnni, .avx512: [loop512, CP_FP32_AVX512]
            case .avx2: [loop256, CP_FP32_AVX2]
            case .neondot, .neon: [loop128, CP_FP32_NEON]
            case .generic: []
            }
        return candidates.first { probe.operationsPerSecond($0) > 0 } ?? CP_FP32_PLAIN
    }

    private var loop512: cp_loop {
        switch self {
        case .float32, .float16: CP_FP32_AVX512
        case .bfloat16: CP_BF16_AVX512
        case .int8: CP_INT8_AVX512
        }
    }

    private var loop256: cp_loop {
        switch self {
        case .float32, .float16, .bfloat16: CP_FP32_AVX2
        case .int8: CP_INT8_AVX2
        }
    }

    private var loop128: cp_loop {
        switch self {
        case .float32, .float16, .bfloat16: CP_FP32_NEON
        case .int8: CP_INT8_NEON
        }
    }
}
