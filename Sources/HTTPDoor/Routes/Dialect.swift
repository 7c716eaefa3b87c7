package import HTTPTypes
package import Hummingbird

/// A way to talk to the service: its routes, registered here and nowhere else, and the shape of its errors.
package struct Dialect: Sendable {
    let prefix: String
    let errorFormat: ErrorFormat
    let routes: [Route]
    let exposedHeaders: [HTTPField.Name]

    /// - Parameters:
    ///   - prefix: The first component of paths that are this dialect's even where it has no route, such as `v1`: they
    ///     are not found in its format. Paths without an owner are the first dialect's.
    ///   - exposedHeaders: Headers of its answers that web pages of listed origins may read.
    package init(
        prefix: String = "", errorFormat: ErrorFormat, exposedHeaders: [HTTPField.Name] = [], routes: [Route]
    ) {
        self.prefix = prefix
        self.errorFormat = errorFormat
        self.exposedHeaders = exposedHeaders
        self.routes = routes
    }
}

/// One method of one path, and what answers it.
package struct Route: Sendable {
    package typealias Handler = @Sendable (Request, DoorContext) async throws -> Response

    let method: HTTPRequest.Method
    let path: String
    let isOpen: Bool
    let isProbe: Bool
    let handler: Handler

    /// - Parameters:
    ///   - path: As the router takes it, such as `things/{name}`.
    ///   - isOpen: Whether it wants no key.
    ///   - isProbe: Whether machines ask it several times a minute, so that it is logged at debug only.
    package init(
        _ method: HTTPRequest.Method, _ path: String, isOpen: Bool = false, isProbe: Bool = false,
        use handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.isOpen = isOpen
        self.isProbe = isProbe
        self.handler = handler
    }

    /// The path as the router names it, in the figures, too.
    var name: String { RouterPath(path).description }
}
