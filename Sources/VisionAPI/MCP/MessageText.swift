import Foundation
import ModelContext
import Synchronization

/// The text of a message that calls a tool, kept until its arguments are read: the image in it may be large.
final class MessageText: Sendable {
    private let text: Mutex<Data>

    /// Longer ones are looked through on a thread of their own: the others must not wait.
    private static let longSize = 1 << 20

    init(_ text: consuming Data) {
        self.text = Mutex(text)
    }

    /// What is to be done.
    func step(_ desk: ToolDesk) async -> ToolDesk.Step {
        guard text.withLock({ $0.count > Self.longSize }) else { return look(desk) }
        return await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: self.look(desk)) }.start()
        }
    }

    private func look(_ desk: ToolDesk) -> ToolDesk.Step {
        text.withLock { text in text.withUnsafeBytes { desk.step($0) } }
    }

    /// The call's question; the text is gone afterwards.
    ///
    /// - Throws: `ToolError`, `VisionAPIError`.
    func question(_ call: ToolCall) throws -> (prompt: String, file: [UInt8]) {
        // The only reference, so that the image is decoded within the text's own memory.
        var text = self.text.withLock { text in
            var taken = Data()
            swap(&taken, &text)
            return taken
        }
        return try text.withUnsafeMutableBytes { bytes in
            let arguments = try call.arguments(in: UnsafeRawBufferPointer(bytes))
            guard let image = arguments.image else { throw ToolError.noImage }
            var field = ImageField(UnsafeMutableRawBufferPointer(mutating: image))
            do {
                return (arguments.prompt, try field.file())
            } catch VisionAPIError.addressOfImage {
                throw ToolError.address
            }
        }
    }
}
