/// A host whose images may be fetched: `pictures.example.org`, or with a port of its own.
package struct ImageHost: Sendable, Hashable {
    /// In small letters.
    package let name: String
    package let port: Int

    /// The port of HTTPS.
    static let usualPort = 443

    /// - Returns: `nil` where the text is no name with or without a port.
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = Self.name(parts[0]) else { return nil }
        let port = parts.count == 2 ? Int(parts[1]) ?? 0 : Self.usualPort
        guard (1...65_535).contains(port) else { return nil }
        self.name = name
        self.port = port
    }

    /// A name of the name service, or an IPv4 address, in small letters and without a dot at its end.
    static func name(_ text: some StringProtocol) -> String? {
        var name = text.lowercased()
        if name.hasSuffix(".") { name.removeLast() }
        let isName = name.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || [0x2D, 0x2E, 0x5F].contains($0)
        }
        return isName && !name.isEmpty && name.utf8.count <= 253 ? name : nil
    }
}
