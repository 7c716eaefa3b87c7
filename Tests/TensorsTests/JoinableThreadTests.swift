import Foundation
import Synchronization
import Tensors
import Testing

@Suite struct JoinableThreadTests {
    @Test func joinWaitsForTheBodyAndFreesWhatItHeld() throws {
        final class Held: Sendable {}
        let done = Atomic<Bool>(false)
        weak var seen: Held?
        do {
            let held = Held()
            seen = held
            let thread = try JoinableThread(name: "worker-1") { [held] in
                for _ in 0..<100_000 { withExtendedLifetime(held) {} }
                done.store(true, ordering: .releasing)
            }
            thread.join()
        }
        let isDone = done.load(ordering: .acquiring)
        #expect(isDone)
        #expect(seen == nil)
    }

    @Test func theNameIsTheThreads() throws {
        let name = Mutex<String?>(nil)
        try JoinableThread(name: "worker-7") { name.withLock { $0 = Thread.current.name } }.join()
        #expect(name.withLock { $0 } == "worker-7")
    }
}
