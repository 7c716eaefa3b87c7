import Hummingbird

/// Which methods each path takes.
struct RouteTable: Sendable {
    private let methodsByPath: [String: [String]]
    /// The methods of each route that were given to the router, by the route's own path.
    let methodsByRoute: [String: [String]]

    init(_ router: Router<VisionRequestContext>) {
        methodsByRoute = router.routes.reduce(into: [:]) { routes, route in
            routes[route.path.description, default: []].append(route.method.rawValue)
        }
        let byPath = Dictionary(grouping: router.routes) { Self.normalized($0.path.description) }
        methodsByPath = byPath.mapValues { routes in
            let methods = routes.map(\.method.rawValue)
            return methods + (methods.contains("GET") ? ["HEAD"] : []) + ["OPTIONS"]
        }
    }

    /// `nil` for a path that does not exist.
    func methods(of path: String) -> [String]? {
        methodsByPath[Self.normalized(path)]
    }

    /// The router, too, ignores empty components.
    private static func normalized(_ path: String) -> String {
        path.split(separator: "/").joined(separator: "/")
    }
}
