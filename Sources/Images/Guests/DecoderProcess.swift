#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A process that decodes one image, started and always reaped. It holds one descriptor, which is its standard input and
/// output, and is in a group of its own, so that no signal of a terminal reaches it.
final class DecoderProcess {
    /// How a process ended.
    enum End: Equatable {
        case code(Int32)
        case signal(Int32)
    }

    /// This end of the connection; reading and writing never block.
    let socket: Int32
    private let id: pid_t
    private var end: End?

    init(_ program: DecoderProgram, _ order: DecoderOrder) throws(ImageError) {
        guard let (ours, theirs) = Self.connection() else { throw .noProcess(order.format) }
        let id = Self.start(program.path, [program.path] + order.words, theirs)
        close(theirs)
        guard let id else {
            close(ours)
            throw .noProcess(order.format)
        }
        self.id = id
        socket = ours
    }

    deinit {
        finish()
        close(socket)
    }

    /// This process, for which the others work.
    static var parent: Int32 { getpid() }

    /// Whether it is the signal of one that has used up its processor time.
    static func isForTime(_ signal: Int32) -> Bool { signal == SIGXCPU }

    /// Processor time that it has used so far.
    var processorTime: Duration {
        guard end == nil else { return .zero }
        #if canImport(Darwin)
            var usage = rusage_info_v0()
            let isKnown = withUnsafeMutablePointer(to: &usage) { pointer in
                pointer.withMemoryRebound(to: rusage_info_t?.self, capacity: 1) { usage in
                    proc_pid_rusage(id, RUSAGE_INFO_V0, usage) == 0
                }
            }
            // The system counts in ticks, which are no nanoseconds on Apple's processors.
            var tick = mach_timebase_info_data_t()
            guard isKnown, mach_timebase_info(&tick) == 0 else { return .zero }
            let ticks = usage.ri_user_time + usage.ri_system_time
            return .nanoseconds(Int64(clamping: ticks * UInt64(tick.numer) / UInt64(tick.denom)))
        #else
            var clock = clockid_t()
            var time = timespec()
            guard clock_getcpuclockid(id, &clock) == 0, clock_gettime(clock, &time) == 0 else { return .zero }
            return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
        #endif
    }

    func pause() { signal(SIGSTOP) }

    func goOn() { signal(SIGCONT) }

    /// Ends it where it has not ended by itself, and says how it did.
    @discardableResult
    func finish() -> End {
        if let end { return end }
        signal(SIGKILL)
        var status: Int32 = 0
        while waitpid(id, &status, 0) < 0, errno == EINTR {}
        let cause = status & 0x7F
        let found = cause == 0 ? End.code(status >> 8 & 0xFF) : .signal(cause)
        end = found
        return found
    }

    /// To its whole group, so that nothing that it has started stays. Once it is reaped, its number may be another's.
    private func signal(_ number: Int32) {
        if end == nil { _ = kill(-id, number) }
    }

    private static func connection() -> (ours: Int32, theirs: Int32)? {
        var ends: [Int32] = [-1, -1]
        #if canImport(Darwin)
            guard socketpair(AF_UNIX, SOCK_STREAM, 0, &ends) == 0 else { return nil }
        #else
            guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0, &ends) == 0 else { return nil }
        #endif
        // Above the descriptors that the child has them as, whatever is closed in this process.
        let moved = ends.map { fcntl($0, F_DUPFD_CLOEXEC, 3) }
        ends.forEach { close($0) }
        guard moved.allSatisfy({ $0 >= 0 }), fcntl(moved[0], F_SETFL, O_NONBLOCK) == 0 else {
            moved.filter { $0 >= 0 }.forEach { close($0) }
            return nil
        }
        #if canImport(Darwin)
            var on: Int32 = 1
            setsockopt(moved[0], SOL_SOCKET, SO_NOSIGPIPE, &on, socklen_t(MemoryLayout<Int32>.size))
        #endif
        return (moved[0], moved[1])
    }

    private static func start(_ path: String, _ words: [String], _ socket: Int32) -> pid_t? {
        #if canImport(Darwin)
            var actions: posix_spawn_file_actions_t?
            var attributes: posix_spawnattr_t?
        #else
            var actions = posix_spawn_file_actions_t()
            var attributes = posix_spawnattr_t()
        #endif
        guard posix_spawn_file_actions_init(&actions) == 0 else { return nil }
        defer { posix_spawn_file_actions_destroy(&actions) }
        guard posix_spawnattr_init(&attributes) == 0 else { return nil }
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawn_file_actions_adddup2(&actions, socket, 0)
        posix_spawn_file_actions_adddup2(&actions, socket, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        var none = sigset_t()
        var all = sigset_t()
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        posix_spawnattr_setflags(&attributes, Int16(flags))
        return withCStrings(words) { words in
            withCStrings(environment) { environment in
                var id = pid_t()
                return posix_spawn(&id, path, &actions, &attributes, words, environment) == 0 ? id : nil
            }
        }
    }

    /// Nothing but where the system's libraries are, where somebody has said so.
    private static var environment: [String] {
        let names: [String] = ["LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH"]
        return names.compactMap { name in
            getenv(name).map { "\(name)=\(String(cString: $0))" }
        }
    }

    private static func withCStrings<R>(
        _ texts: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R?
    ) -> R? {
        var pointers = texts.map { strdup($0) }
        defer { pointers.forEach { free($0) } }
        pointers.append(nil)
        return pointers.withUnsafeMutableBufferPointer { $0.baseAddress.flatMap(body) }
    }
}
