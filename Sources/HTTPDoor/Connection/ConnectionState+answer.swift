/// What becomes of the answer.
extension ConnectionState {
    mutating func beginAnswer(_ saysClose: Bool, _ hasLength: Bool) -> [Action] {
        guard case .request(var request) = phase, request.answer == .none else { return [] }
        request.answer = .begun
        request.isProduced = request.isProduced || hasLength
        request.isLast = request.isLast || saysClose || !(request.isWhole || request.isSoonWhole)
        phase = .request(request)
        return request.isLast ? [.passAsLast] : [.pass]
    }

    private var isAnswering: Bool {
        if case .request(let request) = phase { request.answer == .begun && !request.isVoid } else { false }
    }

    mutating func addToAnswer() -> [Action] {
        guard isAnswering, case .request(var request) = phase else { return [] }
        if request.isProducing { request.unsent += 1 }
        phase = .request(request)
        return [.pass]
    }

    mutating func noteProgress() -> [Action] {
        guard case .request(var request) = phase, request.unsent > 0 else { return [] }
        request.unsent -= 1
        request.sent += 1
        phase = .request(request)
        return []
    }

    mutating func noteProduced() -> [Action] {
        guard case .request(var request) = phase else { return [] }
        request.isProduced = true
        phase = .request(request)
        return []
    }

    mutating func endAnswer() -> [Action] {
        guard isAnswering, case .request(var request) = phase else { return [] }
        request.answer = .written
        phase = .request(request)
        return [.pass]
    }

    mutating func answerHasLeft() -> [Action] {
        guard case .request(let request) = phase, request.answer == .written || request.isVoid else { return [] }
        if request.isLast {
            if hasInputEnded { return close() }
            phase = .ending(isWhole: request.isWhole, bytesLeft: request.isWhole ? Self.maxKept : nil)
            return request.isWhole ? [.endOutput] : [.askToDrain]
        }
        if request.isWhole { return awaitNext() }
        phase = .skipping
        return hasInputEnded ? close() : []
    }

    mutating func drain(_ isGranted: Bool) -> [Action] {
        guard case .ending(isWhole: false, bytesLeft: nil) = phase else { return [] }
        guard isGranted else { return close() }
        phase = .ending(isWhole: false, bytesLeft: Self.maxDrained)
        return [.endOutput]
    }

    mutating func endApplication() -> [Action] {
        switch phase {
        case .request(var request) where request.answer != .none:
            request.isLast = true
            // An answer that was begun and is never ended is not worth waiting for.
            guard request.isVoid || request.answer == .written else { return close() }
            phase = .request(request)
            return []
        case .waiting, .skipping, .request: return close()
        case .ending, .closed: return []
        }
    }
}

extension ConnectionState.Request {
    var isProducing: Bool { answer == .begun && !isProduced && !isVoid }

    /// Little is missing, and it will come: a client that still waits for a `100 Continue` may never send it.
    fileprivate var isSoonWhole: Bool {
        guard let length = head.length, length <= ConnectionState.maxSkipped else { return false }
        return !head.expectsContinue || hasBody || isWanted
    }
}
