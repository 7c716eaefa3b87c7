/// What a client of a chat can get wrong, besides its image.
enum ChatError: Error, Equatable, CustomStringConvertible {
    case malformedJSON(String)
    case notAnObject
    /// A field that is needed, or one that cannot be what it is.
    case wrongField(String, expected: String)
    case tooManyImages(limit: Int)
    /// An image stands in the request as an address.
    case imageAddress
    case notAnImage
    case notBase64(Base64Error)
    /// More than one answer is asked for.
    case severalChoices
    case unknownModel(String)

    var description: String {
        switch self {
        case .malformedJSON(let reason): "The body is not valid JSON: \(reason)."
        case .notAnObject: "The body must be one JSON object."
        case .wrongField(let field, let expected): "The field \"\(field)\" must be \(expected)."
        case .tooManyImages(let limit): "The request has more than \(limit) pictures. Send fewer at a time."
        case .imageAddress:
            "This server does not fetch pictures from addresses. Send the picture itself, in base64 as a data: URL."
        case .notBase64(let reason): "A picture is not valid base64: \(reason)."
        case .notAnImage: "A picture must be text: the picture file in base64, or a data: URL."
        case .severalChoices: "There is one answer to a picture: \"n\" must be 1."
        case .unknownModel(let name): "model '\(name.prefix(200))' not found"
        }
    }
}
