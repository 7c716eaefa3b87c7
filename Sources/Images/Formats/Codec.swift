import CImageCodecs

/// How a C door is called: its status becomes an error, its rows go into a sink.
enum Codec {
    typealias Message = UnsafeMutablePointer<CChar>

    /// Runs a door that reads a header.
    static func header<Header>(
        _ format: ImageFormat, of bytes: ArraySlice<UInt8>, into header: Header,
        _ door: (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<Header>, Message) -> Int32
    ) throws(ImageError) -> Header {
        var header = header
        _ = try call(format, bytes) { door($0, $1, &header, $2) }
        return header
    }

    /// Runs a door that decodes and hands `row` each row that it gives.
    /// - Returns: false when the door says that all is invisible, as it was asked to (`CIMAGE_INVISIBLE`).
    static func rows(
        _ format: ImageFormat, of bytes: ArraySlice<UInt8>, width: Int, _ progress: DecodeProgress,
        row: @escaping (UnsafePointer<UInt8>) -> Void,
        _ door: (UnsafePointer<UInt8>?, Int, UnsafePointer<cimage_client>, Message) -> Int32
    ) throws(ImageError) -> Bool {
        let receiver = RowReceiver(width: width, progress: progress, row: row)
        return try withExtendedLifetime(receiver) { () throws(ImageError) in
            var client = receiver.client
            return try call(format, bytes, progress) { door($0, $1, &client, $2) }
        }
    }

    private static func call(
        _ format: ImageFormat, _ bytes: ArraySlice<UInt8>, _ progress: DecodeProgress? = nil,
        _ door: (UnsafePointer<UInt8>?, Int, Message) -> Int32
    ) throws(ImageError) -> Bool {
        var status = Int32(CIMAGE_OK)
        var failure: ImageError?
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CIMAGE_MESSAGE_SIZE)) { message in
            message.initialize(repeating: 0)
            guard let start = message.baseAddress else { return }
            status = bytes.withUnsafeBufferPointer { door($0.baseAddress, $0.count, start) }
            let text = message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:))
            failure = progress?.failure ?? error(format, status, text)
        }
        if let failure { throw failure }
        return status == Int32(CIMAGE_OK)
    }

    /// What a door's status and message mean; `nil` where all went well.
    static func error(_ format: ImageFormat, _ status: Int32, _ message: [UInt8]) -> ImageError? {
        if status == Int32(CIMAGE_OK) || status == Int32(CIMAGE_INVISIBLE) { return nil }
        let text = sentence(message)
        return status == Int32(CIMAGE_UNSUPPORTED) ? .unsupported(format, text) : .damaged(format, text)
    }

    /// A library's words without its full stop; what is not printable ASCII may come from the file and becomes "?".
    private static func sentence(_ text: [UInt8]) -> String {
        let printable = text.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }
        let end = printable.lastIndex { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
        return String(decoding: printable[..<end], as: UTF8.self)
    }
}

/// What a door's client is in Swift.
private final class RowReceiver {
    private let width: Int
    private let progress: DecodeProgress
    private let row: (UnsafePointer<UInt8>) -> Void

    init(width: Int, progress: DecodeProgress, row: @escaping (UnsafePointer<UInt8>) -> Void) {
        self.width = width
        self.progress = progress
        self.row = row
    }

    /// For as long as the receiver lives.
    var client: cimage_client {
        cimage_client(
            context: Unmanaged.passUnretained(self).toOpaque(),
            check: { context, handed in
                guard let context else { return 1 }
                let receiver = Unmanaged<RowReceiver>.fromOpaque(context).takeUnretainedValue()
                return receiver.progress.mayGoOn(handed: handed) ? 0 : 1
            },
            row: { context, row in
                guard let context, let row else { return 1 }
                let receiver = Unmanaged<RowReceiver>.fromOpaque(context).takeUnretainedValue()
                receiver.row(row)
                return receiver.progress.mayGoOn(width: receiver.width) ? 0 : 1
            })
    }
}

/// The libraries that decode images.
public enum CodecLibraries {
    /// "libheif 1.15.1": what decodes HEIC, AVIF or JPEG XL; `nil` where it is not installed, or it is another format.
    /// It is opened for that, so this is no question for a server.
    public static func guest(of format: ImageFormat) -> String? {
        guard let library = format.guestLibrary else { return nil }
        return withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CIMAGE_MESSAGE_SIZE)) { text in
            text.initialize(repeating: 0)
            guard let start = text.baseAddress else { return nil }
            let status = format == .jxl ? cimage_jxl_open(start) : cimage_heif_open(start)
            return status == Int32(CIMAGE_OK) ? "\(library.name) \(String(cString: start))" : nil
        }
    }

    /// Their names and versions: of libpng, libwebp and libtiff those that run, of the two others, which do not tell,
    /// those that the program was built with.
    public static let versions: String = {
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CIMAGE_MESSAGE_SIZE)) { text in
            text.initialize(repeating: 0)
            guard let start = text.baseAddress else { return "" }
            cimage_versions(start, text.count)
            return String(cString: start)
        }
    }()
}
