import HTTPDoor
import SeededRandom
import Testing

@Suite("A connection's life")
struct ConnectionStateTests {
    private typealias Event = ConnectionState.Event
    private typealias Action = ConnectionState.Action

    /// What is done after each of `events`.
    private func actions(_ events: [Event], timeouts: ConnectionTimeouts = .init()) -> [[Action]] {
        var state = ConnectionState(timeouts)
        return events.map { state.handle($0) }
    }

    private func state(after events: [Event], timeouts: ConnectionTimeouts = .init()) -> ConnectionState {
        var state = ConnectionState(timeouts)
        for event in events { _ = state.handle(event) }
        return state
    }

    private static let whole: [Event] = [.head(.init(length: 9)), .bodyWanted, .body(9), .end]
    private static let answer: [Event] = [.answerHead(saysClose: false), .answerBody, .answerEnd, .answerSent]

    @Test("a request and its answer pass, and then the next ones")
    func ordinary() {
        let once: [[Action]] = [
            [.deliver], [], [.deliver], [.deliver], [.pass], [.pass], [.pass], [.proceed],
        ]
        #expect(actions(Self.whole + Self.answer) == once)
        #expect(actions(Self.whole + Self.answer + Self.whole + Self.answer) == once + once)
    }

    @Test("a client that ends its side behind a whole request is probed once, before the answer begins, and answered")
    func halfClose() {
        #expect(actions(Self.whole + [.inputEnded, .inputEnded]).suffix(2) == [[.sendContinue], []])
        #expect(
            actions(Self.whole + [.inputEnded] + Self.answer).suffix(4)
                == [[.pass], [.pass], [.pass], [.proceed]])
        #expect(actions(Self.whole + [.answerHead(saysClose: false), .inputEnded]).last == [])
        // Who waits long for a turn may leave meanwhile.
        #expect(actions(Self.whole + [.inputEnded, .turnCame]).suffix(2) == [[.sendContinue], [.sendContinue]])
        #expect(actions(Self.whole + [.turnCame]).last == [])
        #expect(actions(Self.whole + [.inputEnded] + Self.answer + [.turnCame]).last == [])
        // Behind the answer there is nothing left to wait for.
        #expect(actions(Self.whole + [.inputEnded] + Self.answer + [.inputEnded]).last == [.disconnect, .close])
    }

    @Test("a probed client that answers with a reset has left; one of HTTP/1.0 has left at once")
    func disconnect() {
        #expect(actions(Self.whole + [.inputEnded, .closed]).last == [.disconnect, .close])
        let old: [Event] = [.head(.init(isOld: true, length: 0)), .end]
        #expect(actions(old + [.inputEnded]).last == [.disconnect, .close])
    }

    @Test("a request that ends in the middle is refused, and nothing else is said")
    func incomplete() {
        let half: [Event] = [.head(.init(length: 9)), .bodyWanted, .body(4)]
        #expect(actions(half + [.inputEnded]).last == [.breakBody, .refuse(.incompleteRequest)])
        let late = actions(half + [.inputEnded, .answerHead(saysClose: false), .answerEnd, .answerSent])
        #expect(late.suffix(3) == [[], [], [.disconnect, .close]])
    }

    @Test("one request never gets two answers, wherever its body breaks")
    func brokenBody() {
        let head: [Event] = [.head(.init(length: nil))]
        #expect(actions(head + [.broken(.malformedRequest)]).last == [.breakBody, .refuse(.malformedRequest)])
        let begun = head + [.answerHead(saysClose: false)]
        #expect(actions(begun).last == [.passAsLast])
        #expect(actions(begun + [.broken(.malformedRequest)]).last == [])
        #expect(actions(head + Self.answer + [.broken(.malformedRequest)]).last == [])
        let skipping: [Event] = [.head(.init(length: 100))] + Self.answer
        #expect(actions(skipping + [.broken(.malformedRequest)]).last == [.endOutput])
    }

    @Test("after an answer before a long body the connection ends; the body is thrown away, if there is room")
    func draining() {
        let early: [Event] = [.head(.init(length: 34 << 20)), .answerHead(saysClose: false), .answerEnd, .answerSent]
        #expect(actions(early) == [[.deliver], [.passAsLast], [.pass], [.askToDrain]])
        #expect(actions(early + [.drain(isGranted: false)]).last == [.disconnect, .close])
        #expect(actions(early + [.drain(isGranted: true)]).last == [.endOutput])
        var state = state(after: early + [.drain(isGranted: true)])
        #expect(state.stage == .draining && state.limit == 5)
        let taken = [state.take(ConnectionState.maxDrained - 1), state.take(1)]
        #expect(taken == [.discard, .hangUp])
        let end = state.handle(.exhausted)
        #expect(end == [.disconnect, .close])
    }

    @Test("the short rest of a body is skipped, and the connection goes on")
    func skipping() {
        let early: [Event] = [.head(.init(length: 100))] + Self.answer
        #expect(actions(early).dropFirst() == [[.pass], [.pass], [.pass], []])
        #expect(actions(early + [.body(100), .end]).suffix(2) == [[], [.deliver, .proceed]])
        #expect(state(after: early).limit == 5)
        // One who waits for a 100 Continue may well not send it any more.
        let patient: [Event] = [.head(.init(length: 100, expectsContinue: true)), .answerHead(saysClose: false)]
        #expect(actions(patient).last == [.passAsLast])
    }

    @Test("100 Continue goes to who waits for it, when the body is wanted, and knows it")
    func expectContinue() {
        #expect(actions([.head(.init(length: 9, expectsContinue: true)), .bodyWanted]).last == [.sendContinue])
        #expect(actions([.head(.init(length: 9)), .bodyWanted]).last == [])
        #expect(
            actions([.head(.init(length: 9, expectsContinue: true)), .body(1), .bodyWanted]).last == [])
        #expect(
            actions([.head(.init(isOld: true, length: 9, expectsContinue: true)), .bodyWanted]).last == [])
    }

    @Test("HTTP/1.0, and who asks for it, gets the connection closed behind the answer, which says so")
    func closing() {
        for head in [ConnectionState.Head(isOld: true), .init(isLast: true)] {
            #expect(
                actions([.head(head), .end] + Self.answer).suffix(4) == [[.passAsLast], [.pass], [.pass], [.endOutput]])
        }
        #expect(actions([.head(.init()), .end, .quiesce] + Self.answer)[3] == [.passAsLast])
        #expect(actions([.head(.init()), .end, .answerHead(saysClose: true)]).last == [.passAsLast])
    }

    @Test("who is slow with a request gets 408; who has sent nothing is closed without a word")
    func slowness() {
        let timeouts = ConnectionTimeouts(reading: 7)
        #expect(actions([.deadlineReached]).last == [.disconnect, .close])
        var dribbler = ConnectionState(timeouts)
        _ = dribbler.take(3)
        let refusal = dribbler.handle(.deadlineReached)
        #expect(refusal == [.refuse(.tooSlow(seconds: 7))])
        let body = actions([.head(.init(length: 9)), .deadlineReached], timeouts: timeouts).last
        #expect(body == [.breakBody, .refuse(.tooSlow(seconds: 7))])
        #expect(actions(Self.whole + [.answerHead(saysClose: false), .deadlineReached]).last == [.disconnect, .close])
    }

    @Test("each part of a connection's life has its limit, the server's own work none")
    func timeouts() {
        let timeouts = ConnectionTimeouts(reading: 30, writing: 20, idle: 95)
        func limit(_ events: [Event]) -> Int? { state(after: events, timeouts: timeouts).limit }
        #expect(limit([]) == 30)
        #expect(limit([.head(.init(length: 9))]) == 30)
        #expect(limit(Self.whole) == nil)
        #expect(limit(Self.whole + [.answerHead(saysClose: false)]) == 20)
        #expect(limit(Self.whole + Self.answer) == 95)
        var next = state(after: Self.whole + Self.answer, timeouts: timeouts)
        _ = next.take(1)
        #expect(next.limit == 30)
    }

    @Test("an answer that comes piece by piece has its time from piece to piece, and once it is made a total one")
    func streaming() {
        var state = state(after: Self.whole + [.answerHead(saysClose: false, hasLength: false)])
        #expect(state.stage == .producing && state.limit == nil)
        #expect(state.handle(.answerBody) == [.pass])
        #expect(state.handle(.answerBody) == [.pass])
        let before = state.stage
        #expect(state.limit == 30)
        _ = state.handle(.answerBodySent)
        #expect(state.limit == 30 && state.stage != before, "the time begins anew")
        _ = state.handle(.answerBodySent)
        #expect(state.stage == .producing)
        _ = state.handle(.answerBody)
        _ = state.handle(.answerProduced)
        #expect(state.stage == .writing && state.limit == 30)
        _ = state.handle(.answerBodySent)
        _ = state.handle(.answerEnd)
        #expect(state.stage == .writing, "the time goes on")
        #expect(state.handle(.answerSent) == [.proceed])
    }

    @Test("in the middle of such an answer the end of the client's side brings one probe; one of HTTP/1.0 has left")
    func probe() {
        let begun: [Event] = [.answerHead(saysClose: false, hasLength: false), .answerBody]
        #expect(actions(Self.whole + begun + [.inputEnded, .inputEnded]).suffix(2) == [[.probe], []])
        #expect(actions(Self.whole + [.inputEnded] + begun + [.inputEnded]).last == [])
        #expect(actions(Self.whole + begun + [.answerProduced, .inputEnded]).last == [])
        let old: [Event] = [.head(.init(isOld: true, length: 0)), .end]
        #expect(actions(old + begun + [.inputEnded]).last == [.disconnect, .close])
    }

    @Test("what comes ahead of its turn is kept up to a limit, then thrown away, but always read")
    func ahead() {
        var state = state(after: Self.whole)
        let intakes = [
            state.take(ConnectionState.maxKept), state.take(ConnectionState.maxKept + 1), state.take(1),
        ]
        #expect(intakes == [.keep, .discard, .discard])
        #expect(state.reading == .always)
        let answer = state.handle(.answerHead(saysClose: false))
        #expect(answer == [.passAsLast])
    }

    @Test("of a body nothing is read before somebody wants it")
    func unwanted() {
        #expect(state(after: [.head(.init(length: 9))]).reading == .never)
        #expect(state(after: [.head(.init(length: 9)), .bodyWanted]).reading == .asked)
    }

    @Test("an idle connection can be given up, a busy one not")
    func eviction() {
        #expect(actions([.evicted]).last == [.disconnect, .close])
        #expect(actions([.head(.init(length: 9)), .evicted]).last == [])
        #expect(actions(Self.whole + Self.answer + [.evicted]).last == [.disconnect, .close])
        #expect(actions([.surplus]).last == [.refuse(.tooManyConnections)])
    }

    @Test("whatever happens, one request has one answer, nothing follows the last one, and no state lasts for ever")
    func random() {
        var generator = SplitMix(seed: 13)
        for _ in 0..<4000 {
            var journey = Journey()
            for _ in 0..<40 { journey.step(&generator) }
        }
    }
}

/// A random walk through a connection's life, which checks what must hold at every step.
private struct Journey {
    private var state = ConnectionState()
    private var answers = 0
    private var requests = 0
    private var isOver = false

    mutating func step(_ generator: inout SplitMix) {
        if Int.random(in: 0..<4, using: &generator) == 0 {
            let before = state.stage
            let intake = state.take(Int.random(in: 1...100_000, using: &generator))
            if case .parse = intake { #expect(!isOver) }
            if before == .work { #expect(intake == .keep || intake == .discard) }
        }
        let event = Self.event(&generator)
        let before = state.stage
        let actions = state.handle(event)
        for action in actions { check(action, event, before) }
        #expect(state.limit != nil || state.stage == .work || state.stage == .producing)
        #expect(!isOver || state.stage == .work || state.stage == .lingering || state.stage == .draining)
    }

    private mutating func check(
        _ action: ConnectionState.Action, _ event: ConnectionState.Event, _ before: ConnectionState.Stage
    ) {
        switch action {
        case .deliver:
            #expect(!isOver)
            if case .head = event {
                requests += 1
                #expect(answers == requests - 1, "a request is handed on before the one before it is answered")
            }
        case .pass, .passAsLast:
            if case .answerHead = event { answers += 1 }
            #expect(answers == requests, "an answer without a request, or a second one")
        case .refuse:
            // Without a request at hand it answers what was none.
            if before == .head || before == .idle { requests += 1 }
            answers += 1
            #expect(answers == requests)
        case .probe: #expect(answers == requests, "a probe outside of an answer")
        case .sendContinue: #expect(answers == requests - 1, "an interim answer behind the answer")
        case .endOutput, .close: isOver = true
        case .breakBody, .disconnect, .proceed, .askToDrain: break
        }
    }

    private static func event(_ generator: inout SplitMix) -> ConnectionState.Event {
        let count = Int.random(in: 1...200_000, using: &generator)
        let isTrue = Bool.random(using: &generator)
        switch Int.random(in: 0..<24, using: &generator) {
        case 0...3:
            return .head(
                .init(
                    isOld: count % 7 == 0, length: count % 3 == 0 ? nil : count % 4 == 0 ? 0 : count,
                    expectsContinue: isTrue, isLast: count % 11 == 0))
        case 4, 5: return .body(count)
        case 6...8: return .end
        case 9: return .broken(.malformedRequest)
        case 10: return .inputEnded
        case 11, 12: return isTrue ? .bodyWanted : .turnCame
        case 13, 14: return .answerHead(saysClose: count % 9 == 0, hasLength: isTrue)
        case 15: return isTrue ? .answerBody : count % 2 == 0 ? .answerBodySent : .answerProduced
        case 16, 17: return .answerEnd
        case 18, 19: return .answerSent
        case 20: return .drain(isGranted: isTrue)
        case 21: return count % 2 == 0 ? .applicationEnded : .quiesce
        case 22: return count % 2 == 0 ? .deadlineReached : .evicted
        default: return count % 5 == 0 ? .closed : .bodyWanted
        }
    }
}
