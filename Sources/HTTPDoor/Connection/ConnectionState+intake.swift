/// What becomes of the bytes that come, and how long they may take.
extension ConnectionState {
    /// What is done with the next bytes.
    package enum Intake: Equatable, Sendable {
        /// So many of them go to the parser.
        case parse(Int)
        /// They wait: it is not their turn.
        case keep
        case discard
        /// They are thrown away, and they were the last ones.
        case hangUp
    }

    /// When more is read from the system.
    package enum Reading: Equatable, Sendable {
        case always
        /// Only as fast as the application takes what there is.
        case asked
        case never
    }

    /// What the connection is waiting for.
    package enum Stage: Equatable, Sendable {
        case head
        case idle
        case body
        /// The server's own work, which has limits of its own.
        case work
        /// An answer that is all there has to reach the client.
        case writing
        /// All that has come into being of the answer has reached the client.
        case producing
        /// So many parts of an answer that is not all there have left, and others have not.
        case sending(progress: Int)
        case skipping
        case draining
        case lingering
    }

    /// Heads are parsed in pieces, so that little of what follows is parsed ahead of its turn.
    private static var piece: Int { 4 << 10 }

    /// - Parameter count: How many bytes there are, those that were kept before among them.
    package mutating func take(_ count: Int) -> Intake {
        switch phase {
        case .waiting:
            phase = .waiting(hasBytes: true)
            return .parse(min(count, Self.piece))
        case .skipping: return .parse(min(count, Self.piece))
        case .request(let request) where request.isVoid: return .discard
        case .request(let request) where !request.isWhole:
            // Behind the last byte of the body the next request may begin.
            return .parse(min(count, max(request.head.length ?? count, Self.piece)))
        case .request(var request):
            guard request.overflow > 0 || count > Self.maxKept else { return .keep }
            request.overflow += count
            request.isLast = true
            phase = .request(request)
            return .discard
        case .ending(let isWhole, let bytesLeft?):
            phase = .ending(isWhole: isWhole, bytesLeft: bytesLeft - count)
            return bytesLeft > count ? .discard : .hangUp
        case .ending, .closed: return .discard
        }
    }

    /// Nobody reads a body before somebody wants it, and of what comes ahead of its turn not all is read: but a client
    /// that leaves has to be noticed, whatever it has sent before.
    package var reading: Reading {
        switch phase {
        case .waiting, .skipping: .always
        case .request(let request):
            if request.isWhole {
                request.overflow < Self.maxDrained ? .always : .never
            } else if request.answer != .none {
                .always
            } else {
                request.isWanted ? .asked : .never
            }
        case .ending(_, let bytesLeft): (bytesLeft ?? 0) > 0 ? .always : .never
        case .closed: .never
        }
    }

    package var stage: Stage {
        switch phase {
        case .waiting(let hasBytes): hasBytes || !hasServed ? .head : .idle
        case .request(let request):
            switch request.answer {
            case .none: request.isWhole ? .work : .body
            case .begun where request.isProducing:
                request.unsent > 0 ? .sending(progress: request.sent) : .producing
            case .begun, .written: .writing
            }
        case .skipping: .skipping
        case .ending(let isWhole, _): isWhole ? .lingering : .draining
        case .closed: .work
        }
    }

    /// Seconds from the beginning of the present stage after which something must happen.
    package var limit: Int? {
        switch stage {
        case .head, .body: timeouts.reading
        case .idle: timeouts.idle
        case .work, .producing: nil
        case .writing, .sending: timeouts.writing
        case .skipping, .draining: 5
        case .lingering: 1
        }
    }
}
