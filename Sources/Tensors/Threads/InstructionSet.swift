import CKernels
import Foundation

/// Which kernels compute: the best that the processor has, or one that was asked for.
public enum InstructionSet: String, Sendable, CaseIterable {
    /// AVX-512 with BF16 and VNNI, with VNNI, and without either.
    case avx512bf16, avx512vnni, avx512
    /// With FMA and F16C.
    case avx2
    /// 64-bit ARM with dot products of bytes, and every other one.
    case neondot, neon
    case generic

    /// The environment variable that forces an instruction set.
    public static let environmentKey = "VISION_SERVER_ISA"

    /// The instruction sets of this processor, best first.
    public static var supported: [InstructionSet] { allCases.filter { ck_table_for($0.identifier) != nil } }

    /// The choice that the environment of this process makes; the best one where it asks for something impossible.
    public static let current: InstructionSet =
        (try? select(environment: ProcessInfo.processInfo.environment)) ?? supported.first ?? .generic

    /// The instruction set that VISION_SERVER_ISA names, or the best where it is unset or empty.
    /// Throws `TensorError.unsupportedInstructionSet` for an unknown name or one that the processor lacks.
    public static func select(environment: [String: String]) throws(TensorError) -> InstructionSet {
        guard let name = environment[environmentKey], !name.isEmpty else { return supported.first ?? .generic }
        guard let choice = InstructionSet(rawValue: name.lowercased()), supported.contains(choice) else {
            throw TensorError.unsupportedInstructionSet(name)
        }
        return choice
    }

    /// The kernels of this instruction set; the generic ones where the processor lacks it.
    var kernels: UnsafePointer<ck_table> {
        ck_table_for(identifier) ?? ck_table_for(CK_GENERIC) ?? ck_reference()
    }

    /// Whether products in bfloat16 are twice as fast as in float32 here.
    public var multipliesBFloat16: Bool { self == .avx512bf16 }

    private var identifier: ck_isa {
        switch self {
        case .avx512bf16: CK_AVX512_BF16
        case .avx512vnni: CK_AVX512_VNNI
        case .avx512: CK_AVX512
        case .avx2: CK_AVX2
        case .neondot: CK_NEON_DOT
        case .neon: CK_NEON
        case .generic: CK_GENERIC
        }
    }
}
