import SeededRandom
import Testing
import Transfers

@Suite("What a transfer has brought")
struct TransferStateTests {
    private struct Failure: Error {}

    /// Sends numbered bytes through a state with a thread's and a task's events in any order: all arrive once, in their
    /// order, no more than the limit and a portion lies about, who waits is woken, and who paused is told to go on.
    @Test("ten thousand random events: nothing is lost, twice there, or waited for in vain", arguments: 1...20)
    func randomEvents(seed: UInt64) throws {
        var random = SplitMix(seed: seed)
        var state = TransferState<Int>()
        var sent: [UInt8] = []
        var taken: [UInt8] = []
        var isPaused = false
        var waiting: Int?
        func woken(_ waiter: Int?) {
            if let waiter {
                #expect(waiter == waiting)
                waiting = nil
            }
        }
        woken(state.begin(AnswerHead(status: 200)))
        for event in 0..<500 {
            if Bool.random(using: &random), !isPaused {
                let part = (0..<Int.random(in: 1...16_384, using: &random)).map {
                    UInt8(truncatingIfNeeded: $0 &+ event)
                }
                let (delivery, waiter) = state.receive(part)
                switch delivery {
                case .taken:
                    sent += part
                    woken(waiter)
                    #expect(waiting == nil)
                case .pause:
                    isPaused = true
                    #expect(waiting == nil, "there is something to take")
                case .end: Issue.record("nothing has ended")
                }
            } else if waiting == nil {
                switch try state.takePart() {
                case .bytes(let bytes, let resumes):
                    #expect(resumes == isPaused)
                    #expect(bytes.count < TransferState<Int>.limit + 16_384)
                    taken += bytes
                    isPaused = false
                case .none:
                    waiting = event
                    state.wait(event)
                case .end: Issue.record("nothing has ended")
                }
            }
        }
        woken(state.end(.success(())))
        #expect(waiting == nil)
        while case .bytes(let bytes, _) = try state.takePart() { taken += bytes }
        #expect(taken == sent)
        guard case .end = try state.takePart() else {
            Issue.record("no end")
            return
        }
    }

    @Test("what came before a failure can still be taken; the first reason counts")
    func failure() throws {
        var state = TransferState<Int>()
        _ = state.begin(AnswerHead(status: 200))
        _ = state.receive([1, 2])
        _ = state.end(.failure(TransferError.closed))
        _ = state.end(.success(()))
        guard case .bytes([1, 2], false) = try state.takePart() else {
            Issue.record("the bytes are gone")
            return
        }
        #expect(throws: TransferError.closed) { try state.takePart() }
        #expect(state.receive([3]).0 == .end)
    }

    @Test("who has gone is not told that all is well, whatever had come")
    func abandoned() throws {
        var state = TransferState<Int>()
        _ = state.begin(AnswerHead(status: 200))
        _ = state.receive([1])
        _ = state.end(.success(()))
        _ = state.abandon()
        #expect(throws: CancellationError.self) { try state.takePart() }
    }
}

@Suite("Heads of answers")
struct HeadReaderTests {
    private func heads(_ lines: String...) -> [AnswerHead] {
        var reader = HeadReader()
        return lines.compactMap { reader.take(($0 + "\r\n").utf8) }
    }

    @Test("status and fields, in any case and with any blanks")
    func fields() throws {
        let head = try #require(heads("HTTP/1.1 206 Partial", "ETag:\t \"x\" ", "content-length:5", "empty:", "").first)
        #expect(head.status == 206)
        #expect(head.headers.first(name: "etag") == "\"x\"")
        #expect(head.headers.first(name: "Content-Length") == "5")
        #expect(head.headers.first(name: "Empty") == "")
        #expect(head.headers.first(name: "other") == nil)
    }

    @Test("a head without an end is not kept")
    func endless() {
        var reader = HeadReader()
        _ = reader.take("HTTP/1.1 200 OK".utf8)
        let line = Array(repeating: UInt8(ascii: "a"), count: 1000)
        for _ in 0..<HeadReader.limit / 1000 { #expect(reader.take(line) == nil && !reader.isTooLong) }
        #expect(reader.take(line) == nil && reader.isTooLong)
        #expect(reader.take("".utf8) == nil && !reader.isDone)
    }

    @Test("HTTP/2, answers that announce another, and what comes behind a body")
    func others() {
        #expect(heads("HTTP/2 404 ", "").map(\.status) == [404])
        let both = heads("HTTP/1.1 103 Early Hints", "a: b", "", "HTTP/1.1 200 OK", "c: d", "", "trailer: x", "")
        #expect(
            both == [
                {
                    var head = AnswerHead(status: 200); head.headers.add(name: "c", value: "d"); return head
                }()
            ])
        #expect(heads("HTTP/1.1 nonsense", "").isEmpty)
        #expect(heads("no status", "").isEmpty)
    }
}
