/// One connection's life as a value: it is told what happens, and says what is to be done.
///
/// Requests are worked on one after the other, and each has one answer. What a client sends ahead of its turn waits
/// unparsed. What it sends behind its last answer is thrown away for a moment: bytes that are never read would make the
/// system take the answer away from the client.
package struct ConnectionState: Sendable {
    /// What the head of a request says about the connection.
    package struct Head: Sendable, Equatable {
        /// HTTP/1.0: such a client has left when it ends its side, and knows no interim answers.
        package var isOld = false
        /// Bytes of the body that are still to come; `nil`: nobody knows, it comes in chunks.
        package var length: Int? = 0
        package var expectsContinue = false
        /// There is no other request behind this one.
        package var isLast = false

        package init(isOld: Bool = false, length: Int? = 0, expectsContinue: Bool = false, isLast: Bool = false) {
            self.isOld = isOld
            self.length = length
            self.expectsContinue = expectsContinue
            self.isLast = isLast
        }
    }

    package enum Event: Sendable {
        case head(Head)
        case body(Int)
        case end
        /// What came is no request, or is one that cannot be served by anybody.
        case broken(DoorError)
        /// There are more connections than there may be.
        case surplus
        /// The client has ended its side; all that it has sent is handed to the parser, or waits for its turn.
        case inputEnded
        /// The work on the request begins, for which it may have waited long.
        case turnCame
        /// Somebody begins to read the request's body.
        case bodyWanted
        /// - Parameter hasLength: Whether all of the answer is there already; else it comes into being as it is written.
        case answerHead(saysClose: Bool, hasLength: Bool = true)
        case answerBody
        /// So much as one `answerBody` has left for the client.
        case answerBodySent
        /// The last piece of the answer has come into being; it may still wait for the client.
        case answerProduced
        case answerEnd
        /// All of the answer has left for the client.
        case answerSent
        /// Whether what is left of the request may be thrown away, or there are too many who do that.
        case drain(isGranted: Bool)
        /// The application will write no more.
        case applicationEnded
        case deadlineReached
        /// What a client still sends behind its last answer is more than is thrown away.
        case exhausted
        /// The server stops.
        case quiesce
        /// Another connection is more important than an idle one.
        case evicted
        /// The connection is gone: by a reset, or closed from here.
        case closed
    }

    package enum Action: Equatable, Sendable {
        /// Hand the part of the request on to the application.
        case deliver
        /// Write the part of the application's answer.
        case pass
        /// The same, and say in its head that the connection ends with it.
        case passAsLast
        case sendContinue
        /// Answer with an error of our own.
        case refuse(DoorError)
        /// Tell whoever reads the request's body that it will never be whole.
        case breakBody
        /// Tell whoever works on the request that nobody waits for the answer.
        case disconnect
        /// Have something written into the answer that means nothing, to see whether anybody still reads it.
        case probe
        /// Take up what has come ahead of its turn.
        case proceed
        case askToDrain
        case endOutput
        case close
    }

    struct Request: Sendable {
        enum Answer: Sendable { case none, begun, written }

        var head: Head
        var isWhole = false
        var isWanted = false
        var hasBody = false
        var answer = Answer.none
        /// Nothing more of the answer has to come into being.
        var isProduced = false
        /// Parts of the answer that have not left yet, and how many have.
        var unsent = 0
        var sent = 0
        /// The answer is ours; what the application says of it is dropped.
        var isVoid = false
        var isLast: Bool
        /// Bytes ahead of their turn that were thrown away because they were too many to keep.
        var overflow = 0
    }

    enum Phase: Sendable {
        /// For a request; some of its head may be there.
        case waiting(hasBytes: Bool)
        case request(Request)
        /// The answer is out, and the short rest of the request's body is still to come.
        case skipping
        /// The last answer is out. `nil`: whether the rest may be thrown away is not decided yet.
        case ending(isWhole: Bool, bytesLeft: Int?)
        case closed
    }

    /// What may come ahead of its turn and is kept: many small requests.
    package static let maxKept = 64 << 10
    /// Behind an answer that was given before the body was read, so much of the body is thrown away.
    package static let maxDrained = 40 << 20
    /// A body with so little left is not worth a new connection.
    static let maxSkipped = 64 << 10

    let timeouts: ConnectionTimeouts
    var phase = Phase.waiting(hasBytes: false)
    var hasServed = false
    var hasInputEnded = false
    private var isProbed = false

    package init(_ timeouts: ConnectionTimeouts = .init()) {
        self.timeouts = timeouts
    }

    package mutating func handle(_ event: Event) -> [Action] {
        switch event {
        case .head(let head): receive(head)
        case .body(let count): receiveBody(count)
        case .end: receiveEnd()
        case .broken(let error): refuse(error)
        case .surplus: refuse(.tooManyConnections)
        case .inputEnded: endInput()
        case .turnCame: askForReader()
        case .bodyWanted: wantBody()
        case .answerHead(let saysClose, let hasLength): beginAnswer(saysClose, hasLength)
        case .answerBody: addToAnswer()
        case .answerBodySent: noteProgress()
        case .answerProduced: noteProduced()
        case .answerEnd: endAnswer()
        case .answerSent: answerHasLeft()
        case .drain(let isGranted): drain(isGranted)
        case .applicationEnded: endApplication()
        case .deadlineReached: reachDeadline()
        case .quiesce: quiesce()
        case .evicted: isIdle ? close() : []
        case .exhausted: close()
        case .closed: close()
        }
    }

    /// Whether the connection could be closed without anybody missing it.
    package var isIdle: Bool {
        if case .waiting(hasBytes: false) = phase { true } else { false }
    }

    /// Whether the next part from the parser belongs to the request at hand.
    package var takesParts: Bool {
        switch phase {
        case .waiting, .skipping: true
        case .request(let request): !request.isWhole
        case .ending, .closed: false
        }
    }

    /// Whether an answer has begun that is not all there yet.
    package var isProducing: Bool {
        if case .request(let request) = phase { request.isProducing } else { false }
    }

    /// Whether the client speaks HTTP/1.0.
    package var isOld: Bool {
        if case .request(let request) = phase { request.head.isOld } else { false }
    }

    // MARK: What the client sends

    private mutating func receive(_ head: Head) -> [Action] {
        guard case .waiting = phase else { return [] }
        phase = .request(Request(head: head, isLast: head.isLast || head.isOld))
        return [.deliver]
    }

    private mutating func receiveBody(_ count: Int) -> [Action] {
        guard case .request(var request) = phase, !request.isWhole else { return [] }
        request.hasBody = true
        request.head.length = request.head.length.map { max(0, $0 - count) }
        phase = .request(request)
        return request.answer == .none ? [.deliver] : []
    }

    private mutating func receiveEnd() -> [Action] {
        switch phase {
        case .request(var request):
            request.isWhole = true
            phase = .request(request)
            return request.isVoid ? [] : [.deliver]
        case .skipping: return [.deliver] + awaitNext()
        case .waiting, .ending, .closed: return []
        }
    }

    private mutating func refuse(_ error: DoorError) -> [Action] {
        switch phase {
        case .waiting:
            var request = Request(head: Head(length: nil), isLast: true)
            request.isVoid = true
            request.answer = .begun
            phase = .request(request)
            return [.refuse(error)]
        case .request(var request):
            guard !request.isWhole, !request.isVoid else { return [] }
            request.isLast = true
            request.isVoid = request.answer == .none
            request.answer = request.isVoid ? .begun : request.answer
            phase = .request(request)
            return request.isVoid ? [.breakBody, .refuse(error)] : []
        case .skipping:
            phase = .ending(isWhole: true, bytesLeft: Self.maxKept)
            return [.endOutput]
        case .ending, .closed: return []
        }
    }

    /// After a whole request it may mean that the client has left, or only that it has nothing more to say. One
    /// `100 Continue` tells, and in the middle of an answer a probe: the system of a client that has left answers with a
    /// reset.
    private mutating func endInput() -> [Action] {
        hasInputEnded = true
        switch phase {
        case .waiting(hasBytes: false), .skipping, .ending: return close()
        case .waiting(hasBytes: true): return refuse(.incompleteRequest)
        case .request(let request):
            guard request.isWhole else { return refuse(.incompleteRequest) }
            guard request.answer == .none || request.isProducing else { return [] }
            guard !request.head.isOld else { return close() }
            guard !isProbed else { return [] }
            isProbed = true
            return request.answer == .none ? [.sendContinue] : [.probe]
        case .closed: return []
        }
    }

    /// A client that had ended its side may have left since: before the work is done for nobody it is asked once more.
    private func askForReader() -> [Action] {
        guard hasInputEnded, case .request(let request) = phase, request.isWhole, !request.isVoid else { return [] }
        if request.answer == .none { return [.sendContinue] }
        return request.isProducing ? [.probe] : []
    }

    private mutating func wantBody() -> [Action] {
        guard case .request(var request) = phase, !request.isWhole, !request.isVoid else { return [] }
        guard !request.isWanted else { return [] }
        request.isWanted = true
        let isAwaited = request.head.expectsContinue && !request.head.isOld && !request.hasBody
        phase = .request(request)
        return isAwaited && request.answer == .none ? [.sendContinue] : []
    }

    // MARK: What else happens

    private mutating func reachDeadline() -> [Action] {
        switch phase {
        case .waiting(hasBytes: true): refuse(.tooSlow(seconds: timeouts.reading))
        case .request(let request) where request.answer == .none: refuse(.tooSlow(seconds: timeouts.reading))
        case .waiting, .request, .skipping, .ending, .closed: close()
        }
    }

    private mutating func quiesce() -> [Action] {
        switch phase {
        case .waiting: return close()
        case .request(var request):
            request.isLast = true
            phase = .request(request)
            return []
        case .skipping:
            phase = .ending(isWhole: true, bytesLeft: Self.maxKept)
            return [.endOutput]
        case .ending, .closed: return []
        }
    }

    mutating func awaitNext() -> [Action] {
        hasServed = true
        phase = .waiting(hasBytes: false)
        return [.proceed]
    }

    mutating func close() -> [Action] {
        defer { phase = .closed }
        switch phase {
        case .closed: return []
        case .request(let request) where !request.isVoid && !request.isWhole: return [.breakBody, .disconnect, .close]
        case .waiting, .request, .skipping, .ending: return [.disconnect, .close]
        }
    }
}
