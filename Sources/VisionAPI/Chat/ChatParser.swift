import Florence2
import Foundation
import ImageHosts
import JSONScanning
import Serving

/// What the parsers of all chats share.
struct ChatParser: Sendable {
    let chooser: TaskChooser
    /// Fetches images from addresses; `nil`: nobody does.
    let fetcher: ImageFetcher?

    /// The most messages of a chat that are looked at.
    static let maxMessages = 10_000

    /// Chooses the tasks, and decodes the images out of the body's own memory.
    ///
    /// - Parameter demand: What a field says of JSON.
    func understand(_ turn: ChatTurn, model: String?, json demand: JSONDemand, isStreamed: Bool) throws -> ChatRequest {
        guard turn.images.count <= ChatRequest.maxImages else {
            throw ChatError.tooManyImages(limit: ChatRequest.maxImages)
        }
        let choice = try chooser.choose(
            for: TaskQuery(
                text: turn.text, system: turn.system, model: model, json: demand, hasImage: !turn.images.isEmpty))
        return ChatRequest(
            model: model, choice: choice, images: try turn.images.map { try $0.source(fetcher) },
            isStreamed: isStreamed)
    }

    static func messages(_ value: JSONValue?, field: String) throws -> [ChatMessage] {
        guard let elements = value?.elements(upTo: 1_000_000) else {
            throw ChatError.wrongField(field, expected: "a list of messages")
        }
        // What is asked stands at the end.
        return elements.suffix(maxMessages).compactMap(ChatMessage.init)
    }

    /// What the client's own limit comes to: none where it says none.
    static func maxTokens(_ values: JSONValue?...) -> Int? {
        let limits = values.compactMap { $0?.number.flatMap(Double.init) }.filter { $0 >= 1 }
        return limits.min().map { Int(min($0, Double(GenerationOverrides.maxNewTokensRange.upperBound))) }
    }

    /// A string, or a list of them.
    static func stop(_ value: JSONValue?) -> StopSequences {
        if let word = value?.string { return StopSequences([word]) }
        return StopSequences(value?.elements(upTo: 16)?.compactMap(\.string) ?? [])
    }
}

extension ChatImage {
    /// The image file's bytes, or where they are fetched.
    fileprivate func source(_ fetcher: ImageFetcher?) throws -> ChatRequest.Image {
        switch self {
        case .unreadable: throw ChatError.notAnImage
        case .bytes(let bytes): return .file(ChatFile(bytes))
        case .text(let text): return try Self.source(text, nil)
        case .url(let text): return try Self.source(text, fetcher)
        }
    }

    private static func source(_ text: UnsafeRawBufferPointer, _ fetcher: ImageFetcher?) throws -> ChatRequest.Image {
        var field = ImageField(UnsafeMutableRawBufferPointer(mutating: text))
        switch field.result() {
        case .success(let file): return .file(ChatFile(file))
        case .failure(.addressOfImage):
            guard let fetcher else { throw ChatError.imageAddress }
            return .address(try fetcher.check(field.address))
        case .failure(.invalidBase64(let reason)): throw ChatError.notBase64(reason)
        case .failure(.invalidDataURL): throw ChatError.notAnImage
        case .failure(let error): throw error
        }
    }
}

extension ImageField {
    fileprivate mutating func result() -> Result<[UInt8], VisionAPIError> {
        do {
            return .success(try file())
        } catch {
            return .failure(error)
        }
    }
}

extension JSONDemand {
    /// - Throws: `VisionAPIError`, or `TaskChoiceError` where a schema is too large.
    init(schema: JSONValue?) throws {
        guard let schema else {
            self = .any
            return
        }
        do throws(JSONTreeError) {
            self = .schema(try JSONTree(schema))
        } catch .malformed(let error) {
            throw VisionAPIError.malformedJSON(error)
        } catch .tooLarge {
            throw TaskChoiceError.schemaTooLarge
        }
    }
}
