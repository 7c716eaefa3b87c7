import JSONScanning

/// The JSON objects that stand in a text, fenced or not.
struct EmbeddedObjects {
    private(set) var objects: [JSONTree] = []

    /// Places that are tried: each may be read to the end of the text.
    private static let maxTries = 64

    init(in text: String) {
        var text = String(text.utf8.prefix(PromptText.maxSize * 2)) ?? ""
        objects = text.withUTF8 { bytes in
            var found: [JSONTree] = []
            var start = 0
            for _ in 0..<Self.maxTries {
                guard let open = bytes[start...].firstIndex(of: UInt8(ascii: "{")) else { break }
                start = open + 1
                let rest = UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: bytes[open...]))
                guard let value = JSONValue(startOf: rest), let tree = try? JSONTree(value)
                else { continue }
                found.append(tree)
                start = open + value.text.count
            }
            return found
        }
    }
}
