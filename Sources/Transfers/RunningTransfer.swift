import CCurl

/// A transfer as libcurl's thread sees it, which calls it back and alone touches it.
final class RunningTransfer {
    let transfer: Transfer
    private var handle: OpaquePointer?
    private var reader = HeadReader()
    private var body: UploadReader?
    /// Why it is ended from here.
    private var error: (any Error)?
    /// Whether the task is to take something before more may come.
    private var isPaused = false
    private var isConnected = false
    private let begun = ContinuousClock.now
    private var lastByte = ContinuousClock.now

    init(_ transfer: Transfer) {
        self.transfer = transfer
        body = transfer.request.body.map(UploadReader.init)
    }

    static func of(_ context: UnsafeMutableRawPointer) -> RunningTransfer {
        Unmanaged<RunningTransfer>.fromOpaque(context).takeUnretainedValue()
    }

    /// Whether libcurl has taken it.
    func start(in session: OpaquePointer) -> Bool {
        var client = ccurl_client(
            context: Unmanaged.passUnretained(self).toOpaque(),
            header: { context, line, count in
                guard let context, let line else { return CInt(CCURL_END) }
                return RunningTransfer.of(context).takeHeader(UnsafeRawBufferPointer(start: line, count: count))
            },
            write: { context, bytes, count in
                guard let context, let bytes else { return CInt(CCURL_END) }
                return RunningTransfer.of(context).take(UnsafeRawBufferPointer(start: bytes, count: count))
            },
            read: { context, target, capacity in
                guard let context, let target else { return Int64(CCURL_READ_FAILED) }
                return RunningTransfer.of(context).give(UnsafeMutableRawBufferPointer(start: target, count: capacity))
            })
        handle = transfer.request.withCRequest { request in
            withUnsafePointer(to: request) { ccurl_transfer_start(session, $0, &client) }
        }
        return handle != nil
    }

    func resume() {
        isPaused = false
        lastByte = .now
        if let handle { ccurl_transfer_resume(handle) }
    }

    func remove(from session: OpaquePointer) {
        if let handle { ccurl_transfer_remove(session, handle) }
        handle = nil
    }

    // Deadlines.

    /// When it is given up, if nothing happens before.
    var deadline: ContinuousClock.Instant? {
        [transfer.request.timeout.map { begun + $0 }, idleDeadline].compactMap(\.self).min()
    }

    private var idleDeadline: ContinuousClock.Instant? {
        guard isConnected, !isPaused else { return nil }
        return transfer.request.idleTimeout.map { lastByte + $0 }
    }

    /// Looks whether the way to the server has come about, which libcurl doesn't tell.
    func notice(_ now: ContinuousClock.Instant) {
        guard !isConnected, let handle, ccurl_transfer_is_connected(handle) != 0 else { return }
        isConnected = true
        lastByte = now
    }

    func overdue(at now: ContinuousClock.Instant) -> TransferError? {
        if let timeout = transfer.request.timeout, begun + timeout <= now { return .timeout }
        if let idleDeadline, idleDeadline <= now { return .idle }
        return nil
    }

    // What libcurl calls.

    private func takeHeader(_ line: UnsafeRawBufferPointer) -> CInt {
        lastByte = .now
        if let head = reader.take(line) { transfer.begin(head) }
        guard reader.isTooLong else { return CInt(CCURL_TAKEN) }
        error = TransferError.tooLong
        return CInt(CCURL_END)
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> CInt {
        lastByte = .now
        switch transfer.receive(Array(bytes)) {
        case .taken: return CInt(CCURL_TAKEN)
        case .pause:
            isPaused = true
            return CInt(CCURL_PAUSE)
        case .end: return CInt(CCURL_END)
        }
    }

    private func give(_ target: UnsafeMutableRawBufferPointer) -> Int64 {
        lastByte = .now
        do {
            return Int64(try body?.read(target) ?? 0)
        } catch {
            self.error = error
            return Int64(CCURL_READ_FAILED)
        }
    }

    // The end.

    /// What libcurl's code means.
    func outcome(code: CInt) -> Result<Void, any Error> {
        if let error { return .failure(error) }
        if code == CInt(CCURL_OK) { return reader.isDone ? .success(()) : .failure(TransferError.notHTTP) }
        let status = handle.map { Int(ccurl_transfer_proxy_status($0)) } ?? 0
        let error = TransferError(
            code: code, errno: handle.map { ccurl_transfer_errno($0) } ?? 0, proxyStatus: status)
        // Where libcurl tries another connection by itself it finds that the body cannot be read twice.
        let wasKept = code == CInt(CCURL_SENT_ALREADY) || handle.map { ccurl_transfer_is_reused($0) != 0 } ?? false
        return .failure(error == .closed && wasKept && !reader.hasBegun ? TransferError.keptClosed : error)
    }
}

/// Hands out a body in whatever portions libcurl asks for.
private struct UploadReader {
    private let body: RequestBody
    private var next: (() throws -> [UInt8]?)?
    private var piece: ArraySlice<UInt8> = []
    /// Bytes that the pieces must still have.
    private var rest: Int

    init(_ body: RequestBody) {
        self.body = body
        rest = body.count
    }

    /// - Returns: How many bytes it has put into `target`; 0 at the end.
    /// - Throws: What the pieces throw; `TransferError.body` where they have not the bytes that they were said to have.
    mutating func read(_ target: UnsafeMutableRawBufferPointer) throws -> Int {
        let next = try self.next ?? body.pieces()
        self.next = next
        while piece.isEmpty {
            guard let more = try next() else {
                guard rest == 0 else { throw TransferError.body }
                return 0
            }
            guard more.count <= rest else { throw TransferError.body }
            rest -= more.count
            piece = more[...]
        }
        let part = piece.prefix(target.count)
        target.copyBytes(from: part)
        piece = piece.dropFirst(part.count)
        return part.count
    }
}
