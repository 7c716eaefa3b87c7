import Foundation
import Tensors
import Testing

@Suite struct InstructionSetTests {
    @Test func unsetOrEmptyMeansTheBest() throws {
        #expect(try InstructionSet.select(environment: [:]) == InstructionSet.supported.first)
        #expect(try InstructionSet.select(environment: ["VISION_SERVER_ISA": ""]) == InstructionSet.supported.first)
    }

    @Test(arguments: InstructionSet.allCases) func aNameForcesOrFails(choice: InstructionSet) throws {
        let environment = ["VISION_SERVER_ISA": choice.rawValue]
        if InstructionSet.supported.contains(choice) {
            #expect(try InstructionSet.select(environment: environment) == choice)
        } else {
            #expect(throws: TensorError.self) { try InstructionSet.select(environment: environment) }
        }
    }

    #if os(Linux)
        /// Tests of kernels run for the instruction sets that are found: none may be passed over that the system knows
        /// of.
        @Test func whatTheProcessorHasIsFound() throws {
            let lines = try String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8).split(separator: "\n")
            let line = lines.first { $0.hasPrefix("flags") || $0.hasPrefix("Features") }
            let features = Set(try #require(line).split(separator: " "))
            let expected = Self.needs.filter { $0.features.isSubset(of: features) }.map(\.instructionSet)
            #expect(InstructionSet.supported == expected)
            #expect(KernelTests.identifiers.count == expected.count)
        }

        /// What each of them needs, in the system's words; best first.
        private static let needs: [(instructionSet: InstructionSet, features: Set<Substring>)] = {
            #if arch(x86_64)
                let avx2: Set<Substring> = ["avx2", "fma", "f16c"]
                let avx512 = avx2.union(["avx512f", "avx512bw", "avx512vl", "avx512dq"])
                return [
                    (.avx512bf16, avx512.union(["avx512_vnni", "avx512_bf16"])),
                    (.avx512vnni, avx512.union(["avx512_vnni"])), (.avx512, avx512), (.avx2, avx2), (.generic, []),
                ]
            #elseif arch(arm64)
                return [(.neondot, ["asimddp"]), (.neon, ["asimd"]), (.generic, [])]
            #else
                return [(.generic, [])]
            #endif
        }()
    #endif

    @Test func anUnknownNameIsExplained() {
        #expect {
            try InstructionSet.select(environment: ["VISION_SERVER_ISA": "sse9"])
        } throws: { error in
            let text = "\(error)"
            return text.contains("sse9") && text.contains("VISION_SERVER_ISA") && text.contains("generic")
        }
    }

    @Test func genericAlwaysRuns() {
        #expect(InstructionSet.supported.contains(.generic))
        #expect(Workspace(threads: 1, instructionSet: .generic).instructionSet == .generic)
    }
}
