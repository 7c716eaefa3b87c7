/// The certificates that servers are judged by, in a file or a folder that a variable names: a proxy that looks into what
/// is encrypted shows certificates of its own.
package struct TrustedAuthorities: Sendable {
    package let variable: String
    package let path: String

    /// `nil` where none of the variables is set that Python's tools and curl read, in their order: then the system says.
    package init?(environment: [String: String]) {
        let names = ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE", "SSL_CERT_DIR"]
        guard let name = names.first(where: { environment[$0]?.isEmpty == false }), let path = environment[name] else {
            return nil
        }
        self.variable = name
        self.path = path
    }
}
