import HTTPTypes
import Hummingbird
import Metrics

/// What requests tell the metrics back end.
///
/// Every series is made at the start, at zero, from the routes and from the statuses that they answer with: so the one
/// that counts refusals is there before the first of them, and nothing that clients send can bring another.
struct RequestMetrics: Sendable {
    private let byRoute: [String: RouteMetrics]
    /// Of paths that do not exist, of methods that theirs does not take, and of what is no request.
    private let unknown: RouteMetrics
    private let cancelled: Counter

    /// - Parameter prefix: What the names of the series begin with.
    init(_ routes: RouteTable, prefix: String) {
        byRoute = routes.methodsByRoute.reduce(into: [:]) { metrics, route in
            metrics[route.key] = RouteMetrics(prefix, route: route.key, statuses: Self.statuses(of: route.value))
        }
        unknown = RouteMetrics(prefix, route: "none", statuses: [204, 400, 401, 403, 404, 405, 408, 431, 503])
        cancelled = Counter(label: "\(prefix)_requests_cancelled_total")
    }

    /// - Parameter route: the route's own path, as the router names it; `nil` where there is none.
    func record(_ route: String?, _ status: HTTPResponse.Status, _ time: Duration) {
        (route.flatMap { byRoute[$0] } ?? unknown).record(status, time)
    }

    /// A client has left before its answer.
    func recordCancelled() { cancelled.increment() }

    /// Any other counts as `other`.
    private static func statuses(of methods: [String]) -> [Int] {
        let usual = [200, 400, 401, 403, 415, 500, 503]
        return methods.contains("POST") ? usual + [202, 413, 422, 429] : usual
    }
}

/// The series of one route.
private struct RouteMetrics: Sendable {
    private let byStatus: [Int: Counter]
    private let other: Counter
    private let time: Timer

    init(_ prefix: String, route: String, statuses: [Int]) {
        func counter(_ status: String) -> Counter {
            Counter(label: "\(prefix)_requests_total", dimensions: [("route", route), ("status", status)])
        }
        byStatus = statuses.reduce(into: [:]) { $0[$1] = counter("\($1)") }
        other = counter("other")
        time = Timer(label: "\(prefix)_request_duration_seconds", dimensions: [("route", route)])
    }

    func record(_ status: HTTPResponse.Status, _ time: Duration) {
        (byStatus[status.code] ?? other).increment()
        self.time.record(duration: time)
    }
}
