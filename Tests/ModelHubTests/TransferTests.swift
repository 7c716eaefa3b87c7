import Eventually
import Foundation
import Testing
import Transfers

/// libcurl behind its door, against the fake hub.
@Suite("Transfers")
struct TransferTests {
    private let size = 20_000_000

    private func scenario(_ faults: [Scenario.Fault] = []) async throws -> (Scenario, url: String) {
        let repository = Scenario.Repository(files: ["large": .random(seed: 1, bytes: size)])
        let scenario = try await Scenario(.init(repositories: ["a/b": repository], faults: faults))
        return (scenario, "\(scenario.endpoint)/a/b/resolve/main/large")
    }

    @Test("who reads late gets every byte: the rest waits with the server, and goes on")
    func backPressure() async throws {
        let (scenario, url) = try await scenario()
        let client = HTTPClient()
        var request = TransferRequest(.get, url)
        request.idleTimeout = .seconds(60)
        let answer = try await client.send(request)
        try await eventually("more has been sent than is kept here") {
            try await scenario.log().contains { ($0.sent ?? 0) > 4 * TransferState<Int>.limit }
        }
        let bytes = try await answer.body.collect(upTo: size)
        #expect(bytes.count == size)
        let again = try await client.send(request).body.collect(upTo: size)
        #expect(bytes == again)
        await client.shutdown()
    }

    @Test("an answer that is longer than it may be is not read to its end")
    func tooLong() async throws {
        let (_, url) = try await scenario()
        let client = HTTPClient()
        let answer = try await client.send(TransferRequest(.get, url))
        await #expect(throws: TransferError.tooLong) { try await answer.body.collect(upTo: size - 1) }
        await client.shutdown()
    }

    @Test("a transfer ends at once when its task is cancelled, when its client is, and when its time is over")
    func ends() async throws {
        let hold = Scenario.Fault(match: "GET", kind: "hold", after: 10)
        let (scenario, url) = try await scenario([hold])
        let client = HTTPClient()
        let read = { @Sendable (request: TransferRequest) in
            try await client.send(request).body.collect(upTo: 1 << 30).count
        }
        let cancelled = Task { try await read(TransferRequest(.get, url)) }
        try await eventually { try await scenario.log().count { $0.holding == true } == 1 }
        cancelled.cancel()
        await #expect(throws: CancellationError.self) { try await cancelled.value }
        var hurried = TransferRequest(.get, url)
        hurried.timeout = .milliseconds(100)
        await #expect(throws: TransferError.timeout) { try await read(hurried) }
        let shut = Task { try await read(TransferRequest(.get, url)) }
        try await eventually { try await scenario.log().count { $0.holding == true } >= 2 }
        await client.shutdown()
        await #expect(throws: (any Error).self) { try await shut.value }
        await #expect(throws: TransferError.noResources) { try await read(TransferRequest(.get, url)) }
        try await scenario.release()
    }

    @Test("a body with another length than it was said to have is an error, not a request without an end")
    func wrongLength() async throws {
        let (_, url) = try await scenario()
        let client = HTTPClient()
        for count in [9, 11] {
            var request = TransferRequest(.post, url)
            request.timeout = .seconds(60)
            request.body = RequestBody(count: count, pieces: RequestBody([UInt8](repeating: 0, count: 10)).pieces)
            await #expect(throws: TransferError.body) { try await client.send(request) }
        }
        await client.shutdown()
    }
}
