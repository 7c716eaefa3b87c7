import JSONScanning

/// The arguments of a call, checked. They point into the message and must not outlive it.
package struct ToolArguments {
    /// What is to be asked about the image, in the words of `POST /process_image`.
    package let prompt: String
    /// What stands between the quotes of the argument `image`, escapes and all; `nil` for a tool that takes none.
    package let image: UnsafeRawBufferPointer?
    /// `nil` where none is named.
    package let folder: String?

    private static let names = ["image", "detail", "phrase", "task", "text", "folder"]

    /// - Parameter json: An object whose grammar was checked; `nil` where there are no arguments.
    init(_ tool: ImageTool, _ json: UnsafeRawBufferPointer?) throws(ToolError) {
        var members: [String: JSONValue] = [:]
        if let json {
            // Checked before, so it throws nothing.
            guard let found = (try? JSONValue.members(of: json, named: Self.names)) ?? nil else { throw .noObject }
            members = found.filter { $0.value.kind != .null }
        }
        if tool == .listImages {
            image = nil
        } else {
            guard let value = members["image"] else { throw .noImage }
            guard let text = value.rawString else { throw .noString("image") }
            image = text
        }
        folder = tool == .listImages ? try Self.text("folder", in: members) : nil
        prompt = try Self.prompt(for: tool, members)
    }

    private static func prompt(for tool: ImageTool, _ members: [String: JSONValue]) throws(ToolError) -> String {
        switch tool {
        case .caption:
            guard let text = try text("detail", in: members) else { return CaptionDetail.usual.prompt }
            guard let detail = CaptionDetail(rawValue: text.lowercased()) else { throw .unknownDetail }
            return detail.prompt
        case .tags: return "<GENERATE_TAGS>"
        case .readText: return "<OCR>"
        case .detect: return try text("phrase", in: members).map { "<CAPTION_TO_PHRASE_GROUNDING>" + $0 } ?? "<OD>"
        case .describe:
            let task = try text("task", in: members) ?? TaskNames.usual
            let name = task.filter { $0 != "<" && $0 != ">" }
            return "<\(name)>" + (try text("text", in: members) ?? "")
        case .listImages: return ""
        }
    }

    /// What stands between the quotes of a JSON string, as text; `nil` for half of a character.
    package static func text(_ raw: [UInt8]) -> String? {
        var raw = raw
        return raw.withUnsafeMutableBytes(JSONEscapes.resolve).map { String(decoding: raw[..<$0], as: UTF8.self) }
    }

    private static let maxTextSize = 64 << 10

    /// `nil` where it is absent or blank.
    private static func text(_ name: String, in members: [String: JSONValue]) throws(ToolError) -> String? {
        guard let value = members[name] else { return nil }
        // No character takes more than six bytes for each that it is.
        guard value.text.count <= 6 * maxTextSize else { throw .tooLong(name) }
        guard value.kind == .string else { throw .noString(name) }
        guard let text = value.string else { throw .halfCharacter(name) }
        guard text.utf8.count <= maxTextSize else { throw .tooLong(name) }
        return text.contains { !$0.isWhitespace } ? text : nil
    }
}

/// What a chat model can get wrong in a call.
package enum ToolError: Error, Equatable, CustomStringConvertible {
    case noObject
    case noImage
    case noString(String)
    case tooLong(String)
    case unknownDetail
    /// The image is named by an address or a path, and its bytes are wanted.
    case address
    /// Half of a surrogate pair stands in a text.
    case halfCharacter(String)

    package var description: String {
        switch self {
        case .noObject: "The arguments must be an object."
        case .noImage: #"The argument "image" is missing: the picture file in base64, or as a data: URL."#
        case .noString(let name): #"The argument "\#(name)" must be a string."#
        case .tooLong(let name): #"The argument "\#(name)" is longer than 64 KB. Shorten it."#
        case .unknownDetail:
            #"The argument "detail" must be \#(CaptionDetail.allCases.map(\.rawValue).joined(separator: ", "))."#
        case .address:
            "The argument \"image\" holds an address or a path, and this server reads neither. Send the picture file "
                + "itself in base64. vision-client mcp --root FOLDER reads files of its own machine."
        case .halfCharacter(let name): #"The argument "\#(name)" holds half of a character."#
        }
    }
}
