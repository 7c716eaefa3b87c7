import CCurl
import Synchronization

/// The thread that transfers run on, and what other threads tell it. The thread comes with the first transfer and goes
/// when the loop is closed.
final class TransferLoop: Sendable {
    enum Command: Sendable {
        case start(Transfer)
        case resume(Transfer)
        case remove(Transfer)
    }

    /// Libcurl's handle; only waking is for other threads.
    private struct Session: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private struct Mail {
        var commands: [Command] = []
        /// While the thread is there.
        var session: Session?
        var isClosed = false
        var closers: [CheckedContinuation<Void, Never>] = []
    }

    private let mail = Mutex(Mail())

    /// Tells the thread; it is started where there is none yet.
    func post(_ command: Command) {
        let isRefused = mail.withLock { mail in
            if !mail.isClosed, mail.session == nil, case .start = command { mail.session = start() }
            guard !mail.isClosed, let session = mail.session else { return true }
            mail.commands.append(command)
            ccurl_session_wake(session.pointer)
            return false
        }
        if isRefused, case .start(let transfer) = command { transfer.end(.failure(TransferError.noResources)) }
    }

    /// Ends every transfer, and the thread.
    func close() {
        mail.withLock { mail in
            mail.isClosed = true
            if let session = mail.session { ccurl_session_wake(session.pointer) }
        }
    }

    /// Waits until the thread has let go of all that it had; after `close`.
    func ended() async {
        await withCheckedContinuation { continuation in
            let isOver = mail.withLock { mail in
                if mail.session != nil { mail.closers.append(continuation) }
                return mail.session == nil
            }
            if isOver { continuation.resume() }
        }
    }

    private func start() -> Session? {
        guard let session = ccurl_session_create() else { return nil }
        let life = Unmanaged.passRetained(Life(loop: self, session: Session(pointer: session)))
        let body: @convention(c) (UnsafeMutableRawPointer?) -> Void = { argument in
            guard let argument else { return }
            let life = Unmanaged<Life>.fromOpaque(argument).takeRetainedValue()
            life.loop.run(life.session)
        }
        guard ccurl_start_thread(body, life.toOpaque()) == 0 else {
            life.release()
            ccurl_session_destroy(session)
            return nil
        }
        return Session(pointer: session)
    }

    /// What the thread begins with.
    private final class Life {
        let loop: TransferLoop
        let session: Session

        init(loop: TransferLoop, session: Session) {
            self.loop = loop
            self.session = session
        }
    }

    // On the thread.

    private func run(_ session: Session) {
        var running = RunningTransfers(session: session.pointer)
        while true {
            let (commands, isClosed) = mail.withLock { mail in
                defer { mail.commands = [] }
                return (mail.commands, mail.isClosed)
            }
            for command in commands { running.obey(command) }
            if isClosed { break }
            running.work()
        }
        running.removeAll()
        let closers = mail.withLock { mail in
            // Nobody wakes it any more.
            mail.session = nil
            ccurl_session_destroy(session.pointer)
            defer { mail.closers = [] }
            return mail.closers
        }
        for closer in closers { closer.resume() }
    }
}
