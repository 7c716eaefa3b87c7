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
