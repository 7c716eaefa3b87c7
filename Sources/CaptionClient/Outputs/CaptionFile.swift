import Foundation

/// The place of an image's caption file, and what is there.
package struct CaptionFile: Sendable {
    package let path: String

    package enum Content: Sendable, Equatable {
        /// No file, or one that is blank, which is no caption either.
        case nothing
        /// A caption, trimmed; whether a byte order mark stands before it.
        case caption(String, isMarked: Bool)
        /// Something that is never written over, with the reason as a sentence.
        case foreign(String)

        /// The caption, where there is one.
        var text: String? { if case .caption(let text, _) = self { text } else { nil } }
    }

    package init(path: String) {
        self.path = path
    }

    /// More than any caption has.
    private static let maxSize = 16 << 20
    private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

    /// Looks at what is there now.
    package func content() -> Content {
        var status = stat()
        guard stat(path, &status) == 0 else {
            // Whatever else it is, a file may be there.
            guard errno == ENOENT || errno == ENOTDIR else { return .foreign(notRead(errno)) }
            return FileLink.isOne(path) ? .foreign("\(ClientError.linkToNothing(path))") : .nothing
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: break
        case S_IFDIR:
            return .foreign("\(ClientError.unwritable(file: path, reason: SystemReason.text(errno: EISDIR)))")
        default: return .foreign("\(ClientError.unwritable(file: path, reason: "it is no file"))")
        }
        do {
            return Self.judge(try bytes()) ?? .foreign("\(ClientError.notText(path))")
        } catch {
            return .foreign(notRead((error as? POSIXError)?.code.rawValue ?? EIO))
        }
    }

    /// The file that is written: the one that a link leads to.
    var target: String { (try? FileLink.target(of: path)) ?? path }

    /// What a caption file is to hold, in UTF-8; a mark that was there stays.
    static func bytes(of text: String, isMarked: Bool) -> Data {
        Data((isMarked ? mark : []) + (text + "\n").utf8)
    }

    /// What a file of these bytes is; `nil` when they are no text in UTF-8.
    static func judge(_ bytes: [UInt8]) -> Content? {
        let isMarked = bytes.starts(with: mark)
        guard bytes.count <= maxSize, !bytes.contains(where: isControl),
            let text = String(validating: bytes.dropFirst(isMarked ? mark.count : 0), as: UTF8.self)
        else { return nil }
        let trimmed = CaptionText.trimmed(text)
        return trimmed.isEmpty ? .nothing : .caption(trimmed, isMarked: isMarked)
    }

    /// No text has such a byte: all controls but tab, line feed, form feed and carriage return.
    static func isControl(_ byte: UInt8) -> Bool {
        byte < 0x20 && byte != 0x09 && byte != 0x0A && byte != 0x0C && byte != 0x0D || byte == 0x7F
    }

    private func bytes() throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
        defer { close(descriptor) }
        var (bytes, count) = ([UInt8](), 0)
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        repeat {
            count = read(descriptor, &buffer, buffer.count)
            guard count >= 0 else { throw POSIXError(.init(rawValue: errno) ?? .EIO) }
            bytes += buffer[..<count]
            // The first wrong byte is enough: what is large is seldom text.
        } while count > 0 && bytes.count <= Self.maxSize && !buffer[..<count].contains(where: Self.isControl)
        return bytes
    }

    private func notRead(_ code: Int32) -> String {
        "\(path) may not be read, so it was left as it is: \(SystemReason.text(errno: code))."
    }
}
