import CCurl

/// The transfers under way, as the thread that they run on sees them.
struct RunningTransfers {
    private let session: OpaquePointer
    private var transfers: [ObjectIdentifier: RunningTransfer] = [:]

    init(session: OpaquePointer) {
        self.session = session
    }

    mutating func obey(_ command: TransferLoop.Command) {
        switch command {
        case .start(let transfer):
            let running = RunningTransfer(transfer)
            if running.start(in: session) {
                transfers[ObjectIdentifier(transfer)] = running
            } else {
                transfer.end(.failure(TransferError.noResources))
            }
        case .resume(let transfer): transfers[ObjectIdentifier(transfer)]?.resume()
        case .remove(let transfer): remove(ObjectIdentifier(transfer), .failure(CancellationError()))
        }
    }

    /// Waits for the network or a command, and does what there is to do.
    mutating func work() {
        ccurl_session_run(session, milliseconds(until: transfers.values.compactMap(\.deadline).min()))
        var code: CInt = 0
        while let handle = ccurl_session_next_ended(session, &code) {
            let running = RunningTransfer.of(ccurl_transfer_context(handle))
            remove(ObjectIdentifier(running.transfer), running.outcome(code: code))
        }
        let now = ContinuousClock.now
        for (id, running) in transfers {
            running.notice(now)
            if let error = running.overdue(at: now) { remove(id, .failure(error)) }
        }
    }

    mutating func removeAll() {
        for id in Array(transfers.keys) { remove(id, .failure(CancellationError())) }
    }

    private mutating func remove(_ id: ObjectIdentifier, _ outcome: Result<Void, any Error>) {
        guard let running = transfers.removeValue(forKey: id) else { return }
        running.remove(from: session)
        running.transfer.end(outcome)
    }

    /// At most a minute, and never a moment too early.
    private func milliseconds(until deadline: ContinuousClock.Instant?) -> CInt {
        guard let deadline else { return 60_000 }
        let left = (deadline - .now) / .milliseconds(1)
        return CInt(min(max(left.rounded(.up), 0), 60_000))
    }
}
