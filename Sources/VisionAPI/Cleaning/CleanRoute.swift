import CaptionCleaning
import Dispatch
import Foundation
import HTTPDoor
import Hummingbird
import JSONScanning
import VisionAPITypes

/// `POST /clean`: the clean-up of `/process_image` for texts that are there already. It needs no model and wakes none.
struct CleanRoute: Sendable {
    private let bodies: BodyReader
    private let queue = DispatchQueue(label: "clean")

    static let maxBodySize = 1 << 20
    static let maxTextCount = 5000
    static let maxTextSize = 64 << 10

    /// - Parameter freed: Called with the size of what has been let go of.
    init(freed: @escaping @Sendable (Int) -> Void) {
        bodies = BodyReader(
            maxBodySize: Self.maxBodySize, maxReadingSize: 16 * Self.maxBodySize, pace: .measured(), freed: freed)
    }

    @Sendable func clean(_ request: Request, context: DoorContext) async throws -> Response {
        let body = try await read(request)
        return try await context.cancelledOnDisconnect {
            let (texts, field) = try JSONBody(body.take()).cleaning { text in
                let fields = try RequestFields(UnsafeRawBufferPointer(text), named: ["texts", "clean"])
                return (try Self.texts(fields), try fields.cleanUp())
            }
            return try .json(try await answer(texts, field))
        }
    }

    private func read(_ request: Request) async throws -> ReadBody {
        do {
            return try await bodies.read(request)
        } catch DoorError.bodyTooLarge(let limit) {
            throw CleanError.bodyTooLarge(limit: limit)
        }
    }

    /// A share after the other, and those of other requests between them.
    private func answer(_ texts: [String], _ field: CleanUpField?) async throws -> CleanTextsResponse {
        guard let field else { return CleanTextsResponse(texts: texts) }
        var cleaning = TextsCleaning(texts, field.cleanUp, as: field.kind)
        while !cleaning.isDone {
            try Task.checkCancellation()
            cleaning = try await advanced(cleaning)
        }
        return cleaning.answer
    }

    /// On a thread of its own: those that serve others are not held up.
    private func advanced(_ cleaning: TextsCleaning) async throws -> TextsCleaning {
        try await withCheckedThrowingContinuation { continuation in
            queue.async {
                continuation.resume(
                    with: Result {
                        var cleaning = cleaning
                        try cleaning.goOn()
                        return cleaning
                    })
            }
        }
    }

    private static func texts(_ fields: RequestFields) throws(VisionAPIError) -> [String] {
        let mistyped = VisionAPIError.mistypedField("texts", expected: "a list of strings")
        guard let elements = fields["texts"]?.elements(upTo: maxTextCount + 1) else { throw mistyped }
        guard elements.count <= maxTextCount else { throw .outOfRange("texts", "a list of at most \(maxTextCount)") }
        return try elements.map { element throws(VisionAPIError) in
            guard element.kind == .string else { throw mistyped }
            guard let text = element.string else { throw .malformedJSON(.halfCharacter) }
            guard text.utf8.count <= maxTextSize else {
                throw .outOfRange("texts", "strings of at most \(maxTextSize >> 10) KB")
            }
            return text
        }
    }
}

extension JSONBody {
    /// Errors of the JSON itself in the words of this route.
    fileprivate consuming func cleaning<R>(_ read: (UnsafeMutableRawBufferPointer) throws -> R) throws -> R {
        do {
            return try withText(read)
        } catch VisionAPIError.malformedJSON(let reason) {
            throw CleanError.malformedJSON("\(reason)")
        } catch VisionAPIError.notAnObject {
            throw CleanError.notAnObject
        }
    }
}
