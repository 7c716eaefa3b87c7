/// Why a turn cannot be answered in the form that it asks for.
package enum TaskChoiceError: Error, Equatable, CustomStringConvertible {
    /// JSON is asked for by a field, and there is no image to fill it from.
    case noImage
    /// What the model cannot tell is required.
    case unfillable(property: String)
    /// The property is required, and what the image gives for it is not what the schema takes.
    case unfulfilled(property: String)
    /// The schema is larger than is looked at, or leads in circles.
    case schemaTooLarge

    /// What is at fault: the name of a property, or of the part of the request.
    package var subject: String {
        switch self {
        case .noImage: "image"
        case .unfillable(let property), .unfulfilled(let property): property
        case .schemaTooLarge: "schema"
        }
    }

    package var description: String {
        switch self {
        case .noImage: "JSON is asked for and no picture came to fill it from. Send a picture."
        case .unfillable(let property):
            "The JSON asked for requires \"\(Self.shortened(property))\", which this model cannot tell from a picture: it "
                + "gives captions, tags and the text in the picture. Make the property optional, or leave it out."
        case .unfulfilled(let property):
            "What the picture gives for \"\(Self.shortened(property))\" is shorter, or less, than the JSON asked for wants. "
                + "Make the property optional, or lower its limit."
        case .schemaTooLarge:
            "The JSON asked for is described by more than this server looks at. Simplify the schema."
        }
    }

    private static func shortened(_ name: String) -> String {
        name.unicodeScalars.count > 80 ? String(name.unicodeScalars.prefix(80).map(Character.init)) + "…" : name
    }
}
