import CImageCodecs

/// How a C door is called: its status becomes an error, its pixels an array.
enum Codec {
    typealias Message = UnsafeMutablePointer<CChar>

    /// Runs a door that reads a header.
    static func header<Header>(
        _ format: ImageFormat, of bytes: [UInt8], into header: Header,
        _ door: (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<Header>, Message) -> Int32
    ) throws(ImageError) -> Header {
        var header = header
        var failure: ImageError?
        withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CIMAGE_MESSAGE_SIZE)) { message in
            message.initialize(repeating: 0)
            guard let start = message.baseAddress else { return }
            let status = bytes.withUnsafeBufferPointer { door($0.baseAddress, $0.count, &header, start) }
            failure = error(format, status, message)
        }
        if let failure { throw failure }
        return header
    }

    /// Runs a door that writes `count` bytes of pixels.
    static func pixels(
        _ format: ImageFormat, of bytes: [UInt8], count: Int,
        _ door: (UnsafePointer<UInt8>?, Int, UnsafeMutablePointer<UInt8>?, Message) -> Int32
    ) throws(ImageError) -> [UInt8] {
        var failure: ImageError?
        let pixels = [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            LargePages.use(for: UnsafeMutableRawBufferPointer(target))
            withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CIMAGE_MESSAGE_SIZE)) { message in
                message.initialize(repeating: 0)
                guard let start = message.baseAddress else { return }
                let status = bytes.withUnsafeBufferPointer {
                    door($0.baseAddress, $0.count, target.baseAddress, start)
                }
                failure = error(format, status, message)
            }
            filled = failure == nil ? count : 0
        }
        if let failure { throw failure }
        return pixels
    }

    private static func error(
        _ format: ImageFormat, _ status: Int32, _ message: UnsafeMutableBufferPointer<CChar>
    ) -> ImageError? {
        if status == Int32(CIMAGE_OK) { return nil }
        let text = sentence(message.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)))
        return status == Int32(CIMAGE_UNSUPPORTED) ? .unsupported(format, text) : .damaged(format, text)
    }

    /// A library's words without its full stop; what is not printable ASCII may come from the file and becomes "?".
    private static func sentence(_ text: [UInt8]) -> String {
        let printable = text.map { (0x20..<0x7F).contains($0) ? $0 : UInt8(ascii: "?") }
        let end = printable.lastIndex { $0 != UInt8(ascii: ".") && $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? 0
        return String(decoding: printable[..<end], as: UTF8.self)
    }
}
