import Dispatch
import ImageHosts
import Synchronization
import Testing

@Suite("Names of hosts", .timeLimit(.minutes(10)))
struct NameServiceTests {
    /// A name service that says nothing until it is told to.
    private final class SilentNames: Sendable {
        let asked: AsyncStream<String>
        private let tell: AsyncStream<String>.Continuation
        private let gate = DispatchSemaphore(value: 0)
        private let names = Mutex<[String]>([])

        init() {
            (asked, tell) = AsyncStream.makeStream()
        }

        var all: [String] { names.withLock { $0 } }

        func ask(_ name: String) throws -> [NetworkAddress] {
            names.withLock { $0.append(name) }
            tell.yield(name)
            gate.wait()
            // For the next one.
            gate.signal()
            return [NetworkAddress(bytes: [192, 0, 2, 1])].compactMap(\.self)
        }

        func open() { gate.signal() }
    }

    private static let answer = [NetworkAddress(bytes: [192, 0, 2, 1])].compactMap(\.self)

    @Test("a name is asked for once at a time, and of those who wait for a silent service all give up in time")
    func silent() async throws {
        let silent = SilentNames()
        let names = NameService { try silent.ask($0) }
        async let patient = names.addresses(of: "a.test", within: .seconds(3600))
        var asked = silent.asked.makeAsyncIterator()
        #expect(await asked.next() == "a.test")
        await withDiscardingTaskGroup { group in
            for _ in 0..<300 {
                group.addTask {
                    await #expect(throws: ImageFetchError.timeout("a.test")) {
                        try await names.addresses(of: "a.test", within: .milliseconds(10))
                    }
                }
            }
        }
        #expect(silent.all == ["a.test"])
        silent.open()
        #expect(try await patient == Self.answer)
        #expect(try await names.addresses(of: "a.test", within: .seconds(3600)) == Self.answer)
        #expect(silent.all == ["a.test", "a.test"])
    }

    @Test("more names than there are threads for are refused, those that are asked for already are not")
    func busy() async throws {
        let silent = SilentNames()
        let names = NameService { try silent.ask($0) }
        try await withThrowingTaskGroup(of: [NetworkAddress].self) { group in
            // Also where something fails, so that the group ends.
            defer { silent.open() }
            for number in 0..<NameService.maxNames {
                group.addTask { try await names.addresses(of: "\(number).test", within: .seconds(3600)) }
            }
            var asked = silent.asked.makeAsyncIterator()
            for _ in 0..<NameService.maxNames { _ = await asked.next() }
            await #expect(throws: ImageFetchError.busy) {
                try await names.addresses(of: "other.test", within: .seconds(3600))
            }
            await #expect(throws: ImageFetchError.timeout("0.test")) {
                try await names.addresses(of: "0.test", within: .zero)
            }
            silent.open()
            for try await addresses in group { #expect(addresses == Self.answer) }
        }
        #expect(Set(silent.all) == Set((0..<NameService.maxNames).map { "\($0).test" }))
        #expect(try await names.addresses(of: "other.test", within: .seconds(3600)) == Self.answer)
    }

    @Test("who is cancelled waits no longer, and what the system says of an unknown name is told to all")
    func ends() async throws {
        let silent = SilentNames()
        let names = NameService { try silent.ask($0) }
        let task = Task { try await names.addresses(of: "a.test", within: .seconds(3600)) }
        var asked = silent.asked.makeAsyncIterator()
        _ = await asked.next()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        silent.open()
        let unknown = NameService { throw ImageFetchError.unknownHost($0) }
        await #expect(throws: ImageFetchError.unknownHost("a.test")) {
            try await unknown.addresses(of: "a.test", within: .seconds(3600))
        }
    }
}
