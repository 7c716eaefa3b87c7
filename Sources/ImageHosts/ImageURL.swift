/// An address of an image that may be fetched: it names one of the hosts, and is asked for over HTTPS whatever it says.
package struct ImageURL: Sendable, Equatable {
    package let host: ImageHost
    /// Path and query, percent-encoded, with the slash at its beginning.
    let path: String

    static let maxLength = 8192

    var text: String { "https://\(host.name):\(host.port)\(path)" }

    /// - Throws: `ImageFetchError` where the text is no such address.
    init(_ text: String, hosts: [ImageHost]) throws(ImageFetchError) {
        guard text.utf8.count <= Self.maxLength else { throw .malformed }
        let isSecure = text.lowercased().hasPrefix("https://")
        guard isSecure || text.lowercased().hasPrefix("http://") else { throw .malformed }
        let rest = text.dropFirst(isSecure ? 8 : 7).prefix { $0 != "#" }
        let authority = rest.prefix { !"/?\\".contains($0) }
        guard !authority.contains("@") else { throw .credentials }
        let parts = authority.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = ImageHost.name(parts[0]) else { throw .malformed }
        let port = try Self.port(parts.count == 2 ? parts[1] : "", isSecure: isSecure)
        let own = hosts.filter { $0.name == name }
        guard !own.isEmpty else { throw .foreignHost(name) }
        // Where no port is named the one that was given with the host is meant.
        let wanted = port ?? (own.contains { $0.port == ImageHost.usualPort } ? ImageHost.usualPort : own[0].port)
        guard let host = own.first(where: { $0.port == wanted }) else { throw .foreignPort(name, wanted) }
        self.host = host
        path = try Self.path(rest.dropFirst(authority.count))
    }

    /// `nil`: none, or the usual one of the scheme.
    private static func port(_ text: Substring, isSecure: Bool) throws(ImageFetchError) -> Int? {
        if text.isEmpty { return nil }
        guard text.utf8.count <= 5, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(text) else {
            throw .malformed
        }
        return port == (isSecure ? 443 : 80) ? nil : port
    }

    /// What is no visible ASCII is percent-encoded; a control character is in no address.
    private static func path(_ text: Substring) throws(ImageFetchError) -> String {
        var path = text.hasPrefix("/") ? "" : "/"
        for byte in text.utf8 {
            guard byte >= 0x20, byte != 0x7F else { throw .malformed }
            if byte > 0x20, byte < 0x7F, !"\"<>\\^`{|}".utf8.contains(byte) {
                path.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                path += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
            }
        }
        return path
    }
}
