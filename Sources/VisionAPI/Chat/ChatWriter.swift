import HTTPDoor
import Hummingbird

/// How a dialect writes the answer to a chat, whole or piece by piece.
protocol ChatWriter: Sendable {
    /// How its streams are written.
    var format: StreamFormat { get }
    /// Whether `beginning` goes out even where all of the text is there at once.
    var mustBegin: Bool { get }

    func whole(_ outcome: ChatOutcome) throws -> Response

    /// What goes out before any text, as soon as nothing is likely to fail any more.
    mutating func beginning() throws -> ByteBuffer
    mutating func text(_ piece: String) throws -> ByteBuffer
    mutating func end(_ outcome: ChatOutcome) throws -> ByteBuffer
}

extension ChatWriter {
    var mustBegin: Bool { true }
}
