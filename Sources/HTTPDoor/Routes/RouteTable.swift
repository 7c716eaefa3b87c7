import Hummingbird

/// What is known of each path: its methods, and whose errors it speaks. It comes from the dialects' own routes.
struct RouteTable: Sendable {
    private let dialects: [Dialect]
    private let methodsByPath: [String: [String]]
    /// Those of `methodsByPath` whose components are not all literal.
    private let patterns: [[Substring]]
    private let formatsByPath: [String: ErrorFormat]
    private let probes: Set<String>
    /// The methods of each route, by the route's own name.
    let methodsByRoute: [String: [String]]

    init(_ dialects: [Dialect]) {
        self.dialects = dialects
        let routes = dialects.flatMap(\.routes)
        methodsByRoute = Dictionary(grouping: routes, by: \.name).mapValues { $0.map(\.method.rawValue) }
        methodsByPath = Dictionary(grouping: routes) { Self.normalized($0.path) }.mapValues { routes in
            let methods = routes.map(\.method.rawValue)
            return methods + (methods.contains("GET") ? ["HEAD"] : []) + ["OPTIONS"]
        }
        patterns = methodsByPath.keys.sorted().map(Self.components).filter { $0.contains(where: Self.takesAny) }
        probes = Set(routes.filter(\.isProbe).map(\.name))
        formatsByPath = dialects.reduce(into: [:]) { formats, dialect in
            for route in dialect.routes { formats[Self.normalized(route.path)] = dialect.errorFormat }
        }
    }

    /// `nil` for a path that does not exist.
    func methods(of path: String) -> [String]? {
        methodsByPath[key(of: path)]
    }

    /// The format of the dialect that has the path, or else the prefix.
    func errorFormat(of path: String) -> ErrorFormat {
        if let format = formatsByPath[key(of: path)] { return format }
        let first = Self.components(path).first
        let owner = dialects.first { !$0.prefix.isEmpty && $0.prefix == first ?? "" }
        return owner?.errorFormat ?? defaultErrorFormat
    }

    /// The format of what no route ever sees.
    var defaultErrorFormat: ErrorFormat {
        dialects.first?.errorFormat ?? ErrorFormat(contentType: "text/plain") { ByteBuffer(string: $0.detail) }
    }

    /// - Parameter route: The route's own name; `nil` where there is none.
    func isProbe(_ route: String?) -> Bool {
        route.map(probes.contains) ?? false
    }

    /// What a path is called here: itself, or the pattern that it fits.
    private func key(of path: String) -> String {
        let path = Self.normalized(path)
        if patterns.isEmpty || methodsByPath[path] != nil { return path }
        let components = Self.components(path)
        let pattern = patterns.first { pattern in
            let isOpenEnded = pattern.last == "**"
            guard isOpenEnded ? components.count >= pattern.count : components.count == pattern.count else {
                return false
            }
            return zip(pattern, components).allSatisfy { Self.takesAny($0) || $0 == $1 }
        }
        return pattern?.joined(separator: "/") ?? path
    }

    private static func takesAny(_ component: Substring) -> Bool {
        component.hasPrefix(":") || component.hasPrefix("{") || component.hasPrefix("*")
    }

    /// The router, too, ignores empty components.
    private static func components(_ path: String) -> [Substring] { path.split(separator: "/") }

    private static func normalized(_ path: String) -> String { components(path).joined(separator: "/") }
}
