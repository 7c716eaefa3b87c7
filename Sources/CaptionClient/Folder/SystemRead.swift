import Foundation

/// The system's own way to read.
enum SystemRead {
    /// All bytes of a file that is open, from its beginning; where the descriptor stands does not matter.
    /// - Throws: `POSIXError`; only a file that was read to its end is known.
    static func whole(_ descriptor: Int32) throws(POSIXError) -> Data {
        var bytes = Data()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = pread(descriptor, &buffer, buffer.count, off_t(bytes.count))
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }

    /// So many bytes of a file that is open; `nil` when they are not all there.
    static func bytes(_ descriptor: Int32, _ count: Int, at offset: Int) -> Data? {
        var bytes = Data(count: count)
        var done = 0
        while done < count {
            let read = bytes.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress?.advanced(by: done), count - done, off_t(offset + done))
            }
            if read < 0, errno == EINTR { continue }
            guard read > 0 else { return nil }
            done += read
        }
        return bytes
    }

    /// What comes from a pipe, or any other descriptor, until its end.
    /// - Throws: `POSIXError`.
    static func stream(_ descriptor: Int32) throws(POSIXError) -> Data {
        var bytes = Data()
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
            guard count > 0 else { return bytes }
            bytes += buffer[..<count]
        }
    }
}
