import Foundation
import Serving
import Testing

@Suite("The process's own memory")
struct ProcessMemoryTests {
    @Test("the second number counts pages in RAM")
    func statm() throws {
        let folder = try MachineFolder(["/proc/self/statm": "25391 1020 900 1 0 3000 0\n"])
        #expect(ProcessMemory(root: folder.url).resident() == 1020 * NSPageSize())
    }

    @Test("what makes no sense is unknown", arguments: ["", "1", "1 x", "1 -1", "1 \(Int.max)", "1 9e9", "\u{0}\u{0}"])
    func malformed(text: String) throws {
        let folder = try MachineFolder(["/proc/self/statm": text])
        #expect(ProcessMemory(root: folder.url).resident() == nil)
        #expect(ProcessMemory(root: folder.url.appending(path: "nowhere")).resident() == nil)
    }

    #if os(Linux)
        @Test("memory that is touched shows")
        func grows() throws {
            let before = try #require(ProcessMemory().resident())
            // Much more than the tests beside this one may let go meanwhile.
            let block = [UInt8](repeating: 1, count: 512 << 20)
            let after = try withExtendedLifetime(block) { try #require(ProcessMemory().resident()) }
            #expect(before > 1 << 20)
            #expect(after - before > 256 << 20)
            #expect(block[block.count - 1] == 1)
        }
    #endif
}

@Suite("The process's own time on the processor")
struct ProcessTimeTests {
    @Test("it grows with work")
    func grows() {
        let before = ProcessTime.used()
        let deadline = ContinuousClock.now.advanced(by: .seconds(60))
        while ProcessTime.used() - before < .milliseconds(2), ContinuousClock.now < deadline {}
        #expect(before > .zero && ProcessTime.used() - before >= .milliseconds(2))
    }
}
