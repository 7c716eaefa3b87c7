#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The bytes that go to a `DecoderProcess` and those that come from it, while the decode's watch is asked.
struct DecoderStream {
    private let process: DecoderProcess
    private let progress: DecodeProgress
    private let file: [UInt8]
    private var sent = 0
    private var ticks = 0
    private var timeBeforeTicks = Duration.zero

    /// Between two questions while nothing comes.
    private static let tickMilliseconds: Int32 = 10
    /// A process that says nothing in so many ticks (30 s), and uses the processor for less than half a second of them,
    /// which being paused and sent on costs it, will not say anything any more.
    private static let maxTicks = 3000
    private static let leastTime = Duration.milliseconds(500)
    #if canImport(Darwin)
        private static let flags: Int32 = 0
    #else
        private static let flags = Int32(MSG_NOSIGNAL)
    #endif

    init(_ file: [UInt8], _ process: DecoderProcess, _ progress: DecodeProgress) {
        self.file = file
        self.process = process
        self.progress = progress
    }

    /// Fills `target`; false where the process ended before it was full.
    mutating func fill(_ target: UnsafeMutableRawBufferPointer) throws(ImageError) -> Bool {
        var filled = 0
        while filled < target.count {
            let ready = wait()
            if ready & Int16(POLLOUT) != 0 { giveMore() }
            if ready & Int16(POLLIN | POLLHUP | POLLERR) != 0 {
                let count = recv(process.socket, target.baseAddress.map { $0 + filled }, target.count - filled, 0)
                if count == 0 || count < 0 && ![EAGAIN, EINTR].contains(errno) { return false }
                filled += max(0, count)
                ticks = 0
            } else if ready & Int16(POLLOUT) == 0 {
                try tick()
            }
        }
        return true
    }

    mutating func bytes(_ count: Int) throws(ImageError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        var isWhole = false
        var failure: ImageError?
        bytes.withUnsafeMutableBytes { target in
            do throws(ImageError) { isWhole = try fill(target) } catch { failure = error }
        }
        if let failure { throw failure }
        return isWhole ? bytes : nil
    }

    private func wait() -> Int16 {
        let events = Int16(POLLIN) | (sent < file.count ? Int16(POLLOUT) : 0)
        var place = pollfd(fd: process.socket, events: events, revents: 0)
        return poll(&place, 1, Self.tickMilliseconds) > 0 ? place.revents : 0
    }

    private mutating func giveMore() {
        let count = file.withUnsafeBytes { bytes in
            send(process.socket, bytes.baseAddress.map { $0 + sent }, bytes.count - sent, Self.flags)
        }
        // Who does not take it any more will be heard to end.
        sent += count >= 0 ? count : [EAGAIN, EINTR].contains(errno) ? 0 : file.count - sent
        if sent == file.count { shutdown(process.socket, Int32(SHUT_WR)) }
    }

    private mutating func tick() throws(ImageError) {
        try progress.tick()
        let time = process.processorTime
        if ticks == 0 { timeBeforeTicks = time }
        ticks += 1
        guard ticks > Self.maxTicks else { return }
        if time - timeBeforeTicks < Self.leastTime { throw progress.standsStill }
        ticks = 0
    }
}
