import Foundation
import Images
import Testing

@Suite struct PixelKernelsTests {
    #if os(Linux)
        /// Tests of kernels run for those that are found: none may be passed over that the processor can run.
        @Test func whatTheProcessorHasIsFound() throws {
            let lines = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8).split(separator: "\n")
            let line = lines.first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
            let features = Set(try #require(line).split(separator: " "))
            var expected: [PixelKernels] = [.generic]
            #if arch(x86_64)
                if features.contains("avx2") { expected.insert(.avx2, at: 0) }
                let needed: Set<Substring> = [
                    "avx2", "avx512f", "avx512bw", "avx512vl", "avx512dq", "avx512vbmi", "avx512_vnni",
                ]
                if needed.isSubset(of: features) { expected.insert(.avx512, at: 0) }
            #endif
            #expect(PixelKernels.supported == expected)
        }
    #endif
}
