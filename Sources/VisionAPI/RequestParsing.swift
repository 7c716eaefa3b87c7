import Foundation
import VisionAPITypes

/// The JSON of requests, with errors that name the field.
extension ProcessImageRequest {
    init(parsing body: Data) throws(VisionAPIError) {
        self = try parseJSON(body) { field in
            switch CodingKeys(stringValue: field) {
            case .image: "a string"
            case .prompt: "a string or a list of strings"
            case .keepAlive: keepAliveForms
            case .numBeams, .maxNewTokens, nil: "a whole number"
            }
        }
    }
}

extension LoadRequest {
    /// No body at all asks for nothing special.
    init(parsing body: Data) throws(VisionAPIError) {
        self = body.isEmpty ? LoadRequest() : try parseJSON(body) { _ in keepAliveForms }
    }
}

private let keepAliveForms = #"a number of seconds or a text such as "10m""#

/// - Parameter expected: what belongs into the field of a name, in words.
private func parseJSON<Body: Decodable>(
    _ body: Data, expected: (String) -> String
) throws(VisionAPIError) -> Body {
    do {
        return try JSONDecoder().decode(Body.self, from: body)
    } catch DecodingError.keyNotFound(let key, _) {
        throw .missingField(key.stringValue)
    } catch DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context) {
        guard let field = context.codingPath.first?.stringValue else { throw .notAnObject }
        throw .mistypedField(field, expected: expected(field))
    } catch {
        throw fieldThatIsNotWhole(body).map { .mistypedField($0, expected: expected($0)) } ?? .malformedJSON
    }
}

/// JSONDecoder says of `1.5` in the place of an `Int`, too, that it is no valid JSON.
private func fieldThatIsNotWhole(_ body: Data) -> String? {
    guard let numbers = try? JSONDecoder().decode(LooseNumbers.self, from: body) else { return nil }
    if let beams = numbers.num_beams, Int(exactly: beams) == nil { return "num_beams" }
    if let tokens = numbers.max_new_tokens, Int(exactly: tokens) == nil { return "max_new_tokens" }
    return nil
}

private struct LooseNumbers: Decodable {
    let num_beams: Double?
    let max_new_tokens: Double?
}
