/// A way to talk to the service: its routes, registered here and nowhere else, and the shape of its errors.
package struct Dialect: Sendable {
    let prefix: String
    let errorFormat: ErrorFormat
    let routes: [Route]

    /// - Parameters:
    ///   - prefix: The first component of paths that are this dialect's even where it has no route, such as `v1`: they
    ///     are not found in its format. Paths without an owner are the first dialect's.
    package init(prefix: String = "", errorFormat: ErrorFormat, routes: [Route]) {
        self.prefix = prefix
        self.errorFormat = errorFormat
        self.routes = routes
    }
}
