package import Foundation

/// Where a redirect leads, and whether it may be followed.
package enum Redirect {
    /// More hops than that are a circle.
    static let maximumHops = 8

    /// - Throws: `ModelHubError.badRedirect` where it leads nowhere, or from https to http, where all could read along.
    package static func target(of location: String?, from url: URL) throws(ModelHubError) -> URL {
        let host = Origin(url)?.displayName ?? "the server"
        guard let location, let target = URL(string: location, relativeTo: url)?.absoluteURL,
            let origin = Origin(target), target.user == nil
        else { throw ModelHubError.badRedirect(host: host, reason: "the address that it names is none") }
        guard url.scheme?.lowercased() != "https" || origin.scheme == "https" else {
            throw ModelHubError.badRedirect(host: host, reason: "to an address that is not encrypted")
        }
        return target
    }
}
