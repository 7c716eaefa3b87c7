package import JSONScanning

/// What a chat's turn asks for, as a dialect has understood it.
package struct TaskQuery: Sendable {
    /// The turn's texts, one a line; labels of images such as `Image 1:` may be among them.
    package var text: String
    /// The system prompt; it counts where the turn has no text.
    package var system: String?
    /// The model's name as the client said it.
    package var model: String?
    /// JSON that a field asks for.
    package var json: JSONDemand
    package var hasImage: Bool

    package init(
        text: String = "", system: String? = nil, model: String? = nil, json: JSONDemand = .none, hasImage: Bool = true
    ) {
        self.text = text
        self.system = system
        self.model = model
        self.json = json
        self.hasImage = hasImage
    }
}

/// Whether a field of a request asks for JSON, and for which.
package enum JSONDemand: Sendable, Equatable {
    case none
    /// Any object.
    case any
    /// What obeys a schema.
    case schema(JSONTree)
}
