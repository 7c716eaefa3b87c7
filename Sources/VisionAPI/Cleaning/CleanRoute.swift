import CaptionCleaning
import Dispatch
import Foundation
import HTTPDoor
import Hummingbird
import JSONScanning
import Synchronization
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
        let body = try await bodies.read(request)
        return try await context.cancelledOnDisconnect {
            let (texts, field) = try JSONBody(body.take()).withText { text in
                let fields = try RequestFields(UnsafeRawBufferPointer(text), named: ["texts", "clean"])
                return (try Self.texts(fields), try fields.cleanUp())
            }
            return try .json(try await answer(texts, field))
        }
    }

    /// On a thread of its own, one request after the other: those that serve others are not held up.
    private func answer(_ texts: [String], _ field: CleanUpField?) async throws -> CleanTextsResponse {
        let isLeft = Flag()
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: Self.cleaned(texts, field) { !isLeft.isSet }) }
            }
        } onCancel: {
            isLeft.set()
        }
        try Task.checkCancellation()
        return answer
    }

    private static func cleaned(
        _ texts: [String], _ field: CleanUpField?, mayGoOn: () -> Bool
    ) -> CleanTextsResponse {
        var answer = CleanTextsResponse(texts: [])
        for (index, text) in texts.enumerated() where mayGoOn() {
            let outcome = field.map { $0.cleanUp.clean(text, as: $0.kind ?? .unknown, mayGoOn: mayGoOn) }
            answer.texts.append(outcome?.text ?? text)
            if outcome?.isKept ?? false { answer.kept = (answer.kept ?? []) + [index] }
        }
        return answer
    }

    /// Whether the client has left.
    private final class Flag: Sendable {
        private let value = Atomic(false)

        var isSet: Bool { value.load(ordering: .relaxed) }

        func set() { value.store(true, ordering: .relaxed) }
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
