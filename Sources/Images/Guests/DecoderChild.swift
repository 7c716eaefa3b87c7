import CImageCodecs

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// This program as the process that decodes one image with a library that might crash, hang or take any memory.
///
/// It lives for one image, may open nothing, and is ended by the system at its limits and with its parent. The file
/// comes through the standard input, a `DecoderReply` and the rows go to the standard output.
public enum DecoderChild {
    /// Decodes, and never returns, where the command line asks for that; to be called before anything else.
    public static func runIfAsked() {
        guard CommandLine.argc > 1, CommandLine.arguments[1] == DecoderOrder.verb else { return }
        guard let order = DecoderOrder(words: CommandLine.arguments.dropFirst()) else { exit(EX_USAGE) }
        exit(run(order))
    }

    private static func run(_ order: DecoderOrder) -> Int32 {
        guard cimage_child_begin(Int64(order.parent)) == 1 else { return EX_OSERR }
        let answer = DecoderAnswer()
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CIMAGE_MESSAGE_SIZE)) { message in
            message.initialize(repeating: 0)
            guard let text = message.baseAddress else { return EX_OSERR }
            let status = decode(order, answer, text)
            if status != Int32(CIMAGE_OK) { answer.refuse(status, String(cString: text)) }
            return answer.flush() ? EX_OK : EX_IOERR
        }
    }

    private static func decode(_ order: DecoderOrder, _ answer: DecoderAnswer, _ message: Codec.Message) -> Int32 {
        let isJXL = order.format == .jxl
        // The library's own files are opened while files may be.
        let opened = isJXL ? cimage_jxl_open(message) : cimage_heif_open(message)
        if opened != Int32(CIMAGE_OK) { return opened }
        guard cimage_child_confine(UInt64(order.memory), UInt64(order.seconds)) == 1 else {
            _ = strcpy(message, "the system does not let its decoder be limited")
            return Int32(CIMAGE_DAMAGED)
        }
        guard let file = receive(order.size) else {
            _ = strcpy(message, "it did not reach its decoder")
            return Int32(CIMAGE_DAMAGED)
        }
        var client = answer.client
        let (width, height) = (UInt32(order.width), UInt32(order.height))
        return isJXL
            ? cimage_jxl_decode(file.baseAddress, file.count, width, height, &client, message)
            : cimage_heif_decode(file.baseAddress, file.count, width, height, &client, message)
    }

    /// The file; the process ends with its image, so nobody frees it.
    private static func receive(_ size: Int) -> UnsafeBufferPointer<UInt8>? {
        guard let memory = malloc(max(1, size)) else { return nil }
        var filled = 0
        while filled < size {
            let count = read(0, memory + filled, size - filled)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return nil }
            filled += count
        }
        return UnsafeBufferPointer(start: memory.assumingMemoryBound(to: UInt8.self), count: size)
    }
}

/// What goes to the standard output, some rows at a time.
private final class DecoderAnswer {
    private var waiting: [UInt8] = []
    private var rowBytes = 0
    private var hasFailed = false
    private static let blockBytes = 1 << 16

    func refuse(_ status: Int32, _ message: String) {
        var reply = DecoderReply(status: status)
        reply.tail = message.utf8.count
        put(reply.bytes)
        put(message.utf8)
    }

    var client: cimage_guest_client {
        cimage_guest_client(
            context: Unmanaged.passUnretained(self).toOpaque(),
            begin: { context, guest in
                guard let context, let guest else { return 1 }
                return Unmanaged<DecoderAnswer>.fromOpaque(context).takeUnretainedValue().begin(guest.pointee) ? 0 : 1
            },
            row: { context, row in
                guard let context, let row else { return 1 }
                return Unmanaged<DecoderAnswer>.fromOpaque(context).takeUnretainedValue().take(row) ? 0 : 1
            })
    }

    private func begin(_ guest: cimage_guest) -> Bool {
        var reply = DecoderReply(status: Int32(CIMAGE_OK))
        (reply.width, reply.height) = (Int(guest.width), Int(guest.height))
        reply.channels = Int(guest.channels)
        reply.isPremultiplied = guest.premultiplied != 0
        let profile = UnsafeBufferPointer(start: guest.profile, count: guest.profile_size)
        reply.tail = profile.count <= DecoderReply.maxTail ? profile.count : 0
        rowBytes = reply.width * reply.channels
        put(reply.bytes)
        return put(profile.prefix(reply.tail))
    }

    private func take(_ row: UnsafePointer<UInt8>) -> Bool {
        put(UnsafeBufferPointer(start: row, count: rowBytes))
    }

    @discardableResult
    private func put(_ bytes: some Collection<UInt8>) -> Bool {
        waiting.append(contentsOf: bytes)
        return waiting.count < Self.blockBytes || flush()
    }

    /// Whether all went out so far.
    func flush() -> Bool {
        var sent = 0
        while sent < waiting.count, !hasFailed {
            let count = waiting.withUnsafeBytes { write(1, $0.baseAddress.map { $0 + sent }, $0.count - sent) }
            if count < 0, errno == EINTR { continue }
            hasFailed = count <= 0
            sent += max(0, count)
        }
        waiting.removeAll(keepingCapacity: true)
        return !hasFailed
    }
}
