import CImageCodecs

/// HEIF, AVIF and JPEG XL, by the libraries of the system in a process of their own (`DecoderChild`): they can be neither
/// paused nor ended, and a crash or a greed of theirs must be no more than one refused image.
struct GuestDecoder: FormatDecoder {
    let width: Int
    let height: Int
    let orientation: Orientation
    let memory: Int
    let profile: ColorProfile?
    private let bytes: [UInt8]
    private let format: ImageFormat
    private let program: DecoderProgram
    private let seconds: Int

    init(
        _ bytes: [UInt8], _ format: ImageFormat, _ program: DecoderProgram, _ limits: DecodeLimits
    ) throws(ImageError) {
        self.bytes = bytes
        self.format = format
        self.program = program
        // The decode's own progress ends it in time; this is for a parent that is gone or held up.
        seconds = Int(limits.processorTime.components.seconds) + 2
        let pixelBytes: Int
        if format == .jxl {
            let header = try JXLHeader(bytes)
            (width, height, orientation) = (header.width, header.height, header.orientation)
            pixelBytes = Self.pixelBytes(header)
            profile = nil
        } else {
            let container = try HEIFContainer(bytes, format)
            // The library turns it as the container says; EXIF, which then says the same, is not asked.
            (width, height, orientation) = (container.width, container.height, .upright)
            pixelBytes = Self.pixelBytes(container)
            profile = container.profile
        }
        let area = width.multipliedReportingOverflow(by: height)
        let pixels = area.partialValue.multipliedReportingOverflow(by: pixelBytes)
        memory = area.overflow || pixels.overflow ? .max / 4 : pixels.partialValue + Self.fixedMemory + 2 * bytes.count
    }

    func decode(into sink: any RowSink, _ progress: DecodeProgress) throws(ImageError) {
        let order = DecoderOrder(
            format: format, width: width, height: height, size: bytes.count, memory: memory, seconds: seconds,
            parent: DecoderProcess.parent)
        let process = try DecoderProcess(program, order)
        progress.helper = process
        defer {
            process.finish()
            progress.helper = nil
        }
        var stream = DecoderStream(bytes, process, progress)
        let (reply, icc) = try beginning(&stream, process, progress)
        guard let colors = reply.colors, reply.width == width, reply.height == height else {
            throw .damaged(format, "its size is not what its header said")
        }
        if !icc.isEmpty { sink.learn(.icc(icc), of: reply.channels < 3 ? .gray : .rgb) }
        let (width, rowBytes) = (width, width * reply.channels)
        let row = UnsafeMutableRawBufferPointer.allocate(byteCount: rowBytes, alignment: 64)
        defer { row.deallocate() }
        guard let start = row.baseAddress?.assumingMemoryBound(to: UInt8.self) else { return }
        for _ in 0..<height {
            guard try stream.fill(row) else { throw failure(process.finish(), progress) }
            sink.take { colors.convert(start, width: width, into: $0) }
            try progress.row(width: width)
        }
    }

    /// The reply and the profile behind it; throws what the child says instead.
    private func beginning(
        _ stream: inout DecoderStream, _ process: DecoderProcess, _ progress: DecodeProgress
    ) throws(ImageError) -> (DecoderReply, profile: [UInt8]) {
        guard let bytes = try stream.bytes(DecoderReply.byteCount), let reply = DecoderReply(bytes: bytes),
            let tail = try stream.bytes(reply.tail)
        else { throw failure(process.finish(), progress) }
        if reply.status == Int32(CIMAGE_NO_LIBRARY) { throw .noLibrary(format) }
        if let error = Codec.error(format, reply.status, tail) { throw error }
        return (reply, tail)
    }

    /// What it means that the process ended too early.
    private func failure(_ end: DecoderProcess.End, _ progress: DecodeProgress) -> ImageError {
        if let failure = progress.failure { return failure }
        return switch end {
        case .signal(let number) where DecoderProcess.isForTime(number): progress.tooSlow
        case .signal(let number):
            .damaged(format, "its decoder crashed (signal \(number)), or lacked the memory that it wanted")
        case .code(0): .damaged(format, "its decoder did not give all of it")
        case .code: .noProcess(format)
        }
    }
}

/// How much memory the libraries take, measured with Debian 12's (libheif 1.15, libjxl 0.7), and some more.
extension GuestDecoder {
    /// The program and the libraries themselves, tables, threads.
    private static let fixedMemory = 32 << 20

    /// The planes, once more where they are turned, and RGB; transparency has planes of its own.
    private static func pixelBytes(_ container: HEIFContainer) -> Int {
        let bytes = (container.isWide ? 22 : 12) + (container.hasFullColors ? container.isWide ? 12 : 6 : 0)
        return container.hasAlpha ? bytes * 3 / 2 : bytes
    }

    /// Each extra channel makes the library keep whole planes of floats. A large image that is stored without loss and
    /// can be shown bit by bit takes 36, which its header does not tell: it is refused.
    private static func pixelBytes(_ header: JXLHeader) -> Int {
        header.extraChannels == 0 ? header.isLossy ? 10 : 18 : 44 + 16 * min(header.extraChannels, 4096)
    }
}
