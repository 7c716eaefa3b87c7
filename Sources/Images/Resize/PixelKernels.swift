package import CPixels
import Foundation

/// Which kernels of `CPixels` compute: the best that the processor has, or those that VISION_SERVER_ISA asks for.
package enum PixelKernels: String, Sendable, CaseIterable {
    case avx512, avx2, generic

    /// Those of this processor, best first.
    package static var supported: [PixelKernels] {
        allCases.filter { $0.table.pointee.isa == $0.identifier }
    }

    /// The choice that the environment of this process makes. What it asks for in vain is `Tensors`' to complain of.
    package static let current: PixelKernels = {
        let name = ProcessInfo.processInfo.environment["VISION_SERVER_ISA"] ?? ""
        return supported.first { $0.rawValue == name.lowercased() } ?? supported.first ?? .generic
    }()

    package var table: UnsafePointer<cpx_table> { cpx_table_for(identifier) }

    private var identifier: cpx_isa {
        switch self {
        case .avx512: CPX_AVX512
        case .avx2: CPX_AVX2
        case .generic: CPX_GENERIC
        }
    }
}
