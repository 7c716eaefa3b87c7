package import Hummingbird
import HummingbirdCore
package import Logging
package import ServiceLifecycle

/// The HTTP server around dialects: who is let in, how long everything may take, what is logged and counted.
package struct Door: Sendable {
    private let configuration: DoorConfiguration
    private let dialects: [Dialect]
    private let answers: ErrorAnswers
    private let metrics: RequestMetrics
    private let logger: Logger

    /// - Parameters:
    ///   - dialects: The first one's errors are the format of what no route ever sees.
    ///   - figures: What the names of the metrics begin with.
    ///   - errors: What a client is told about an error; `nil` leaves it to the door, which knows its own.
    package init(
        configuration: DoorConfiguration, dialects: [Dialect], figures: String, logger: Logger,
        errors: @escaping @Sendable (any Error) -> ErrorAnswer? = { _ in nil }
    ) {
        self.configuration = configuration
        self.dialects = dialects
        self.logger = logger
        answers = ErrorAnswers(RouteTable(dialects), errors)
        metrics = RequestMetrics(answers.routes, prefix: figures)
    }

    /// The server, which runs and stops with `services`.
    ///
    /// - Parameter onListening: Called with each address, such as `http://127.0.0.1:54880`.
    package func application(
        services: [any Service] = [], onListening: @escaping @Sendable (String) -> Void = { _ in }
    ) -> some ApplicationProtocol {
        // One set of connections for all ports: their limits are the server's.
        let connections = Connections(limit: configuration.maxConnections)
        let others = configuration.ports.dropFirst().map { listener($0, connections, [], onListening) }
        return listener(configuration.ports[0], connections, services + others, onListening)
    }

    private func listener(
        _ port: Int, _ connections: Connections, _ services: [any Service],
        _ onListening: @escaping @Sendable (String) -> Void
    ) -> Application<RouterResponder<DoorContext>> {
        // The framework's own start line says less than ours.
        var frameworkLogger = logger
        frameworkLogger.logLevel = max(logger.logLevel, .notice)
        return Application(
            router: router(),
            server: .http1(configuration, connections, errorFormat: answers.routes.defaultErrorFormat) {
                [metrics, logger] in
                let answer = ErrorAnswer($0)
                metrics.record(nil, answer.status, .zero)
                logger.info("no request", metadata: ["status": "\(answer.status.code)", "code": "\(answer.code)"])
            },
            configuration: .init(address: .hostname(configuration.host, port: port)),
            services: services,
            onServerRunning: { [configuration] channel in
                let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
                onListening("http://\(host):\(channel.localAddress?.port ?? port)")
            },
            logger: frameworkLogger)
    }

    /// Middleware covers the routes that are added after it, and requests that have no route.
    private func router() -> Router<DoorContext> {
        let router = Router(context: DoorContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestLogMiddleware(logger: logger, metrics: metrics, routes: answers.routes))
        let names = HostRule(allowed: configuration.allowedHosts)
        if configuration.answersToItsNamesOnly {
            router.add(middleware: HostMiddleware(rule: names, answers: answers))
        }
        router.add(
            middleware: CORSMiddleware(
                origins: configuration.corsOrigins, names: names, answers: answers,
                exposedHeaders: dialects.flatMap(\.exposedHeaders)))
        router.add(middleware: ErrorMiddleware(answers: answers))
        let guarded = router.group().add(middleware: AuthMiddleware(keys: configuration.apiKeys))
            .add(middleware: EncodingMiddleware())
        for route in dialects.flatMap(\.routes) {
            let path = RouterPath(route.path)
            if route.isOpen {
                router.on(path, method: route.method, use: route.handler)
            } else {
                guarded.on(path, method: route.method, use: route.handler)
            }
        }
        return router
    }
}
