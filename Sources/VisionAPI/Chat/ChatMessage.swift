import JSONScanning

/// One message of a chat as its client sent it: the texts, and where the images stand in the request's body.
struct ChatMessage {
    enum Role {
        case user, assistant
        /// `developer` is its newer name.
        case system
        /// Results of tools and whatever else there may be.
        case other
    }

    var role: Role
    var texts: [String] = []
    var images: [ChatImage] = []

    /// Whether anything but white space stands there; what is not ASCII counts as text.
    var hasText: Bool { texts.contains { $0.utf8.contains { $0 > 0x20 } } }
    var hasImage: Bool { !images.isEmpty }
    var text: String { texts.joined(separator: "\n") }
}

/// Where an image of a chat stands in the body.
enum ChatImage {
    /// Between the quotes of a string, escapes and all.
    case text(UnsafeRawBufferPointer)
    /// The same where an address may stand instead of the image.
    case url(UnsafeRawBufferPointer)
    /// A list of bytes, or an object of them by number, as some JavaScript clients write what they have read from a file.
    case bytes([UInt8])
    case unreadable
}

extension ChatMessage {
    /// As OpenAI's and Ollama's clients write it: `content` is a text or a list of parts, `images` a list beside it. What
    /// is unknown is passed over.
    ///
    /// - Returns: `nil` for what is no object.
    init?(_ value: JSONValue) {
        guard let fields = value.members(named: ["role", "type", "content", "images", "image_url", "output"]) else {
            return nil
        }
        role =
            switch fields["role"]?.string?.lowercased() {
            case "user", "human", nil: .user
            case "assistant", "ai", "model": .assistant
            case "system", "developer": .system
            default: .other
            }
        if let content = fields["content"] ?? fields["output"] { add(content) }
        // A part that stands where messages do.
        if fields["content"] == nil, fields["role"] == nil, fields["type"] != nil { add(part: value) }
        if let images = fields["images"] { add(images: images) }
        if let image = fields["image_url"] { add(image: image) }
    }

    private mutating func add(_ content: JSONValue) {
        if let text = content.string { texts.append(text) }
        if content.kind == .object { add(part: content) }
        for part in content.elements(upTo: 1_000_000)?.suffix(Self.maxParts) ?? [] { add(part: part) }
    }

    /// Parts of one message that are looked at, the last ones.
    private static let maxParts = 10_000

    private mutating func add(part: JSONValue) {
        if let text = part.string { return texts.append(text) }
        guard let fields = part.members(named: ["type", "text", "image_url", "image", "source", "file"]) else { return }
        switch fields["type"]?.string {
        case "text", "input_text", "output_text": if let text = fields["text"]?.string { texts.append(text) }
        case "image_url", "input_image", "image":
            if let image = fields["image_url"] ?? fields["image"] ?? fields["source"] { add(image: image) }
        case "file", "input_file": add(file: fields["file"] ?? part)
        case nil:
            if let text = fields["text"]?.string { texts.append(text) }
            if let image = fields["image_url"] { add(image: image) }
        default: break
        }
    }

    /// A string, or an object whose `url` or `data` is one.
    private mutating func add(image: JSONValue) {
        if image.kind == .null { return }
        let fields = image.kind == .object ? image.members(named: ["url", "data"]) ?? [:] : [:]
        let image = fields["url"] ?? fields["data"] ?? image
        images.append(image.rawString.map(ChatImage.url) ?? .unreadable)
    }

    /// A file is an image when it says so; other files are none of ours.
    private mutating func add(file: JSONValue) {
        guard let data = file.members(named: ["file_data"])?["file_data"]?.rawString else { return }
        let start = data.prefix(32).map { 0x41...0x5A ~= $0 ? $0 | 0x20 : $0 }
        // Media types lie.
        let types = ["data:image/", "data:application/octet-stream", "data:;"]
        if types.contains(where: { start.starts(with: $0.utf8) }) { images.append(.text(data)) }
    }

    /// Ollama's list of images, each in base64 or as bytes.
    mutating func add(images list: JSONValue) {
        if let text = list.rawString, !text.isEmpty { images.append(.text(text)) }
        for image in list.elements(upTo: Self.maxParts) ?? [] where image.kind != .null {
            if let text = image.rawString {
                images.append(.text(text))
            } else {
                images.append(Self.bytes(image).map(ChatImage.bytes) ?? .unreadable)
            }
        }
    }

    /// `[137, 80, ...]`, `{"0": 137, "1": 80, ...}` or `{"type": "Buffer", "data": [137, 80, ...]}`
    private static func bytes(_ value: JSONValue) -> [UInt8]? {
        let buffer = value.kind == .object ? value.members(named: ["data"])?["data"] : nil
        let bytes = buffer?.bytes ?? value.bytes
        return bytes?.isEmpty == false ? bytes : nil
    }
}
