public import Florence2
public import Hummingbird
import HummingbirdCore
public import Images
public import Logging
public import Serving
import VisionAPITypes

/// The service: routes, errors and log around one model's host, which runs and stops with it.
///
/// - Parameters:
///   - supply: The model's files; it runs with the service, too.
///   - preparePicture: Decodes and resizes; a test may do something else.
public func buildApplication<C: Clock>(
    configuration: ServerConfiguration, host: ModelHost<BatchCaptioner, C>, supply: ModelSupply<C>, logger: Logger,
    preparePicture: @escaping PreparePicture = {
        try ImageDecoder().prepare($0, with: $1, watch: DecodeWatch($2))
    }
) -> some ApplicationProtocol where C.Duration == Duration {
    // The framework's own start line says less than ours.
    var frameworkLogger = logger
    frameworkLogger.logLevel = max(logger.logLevel, .notice)
    let freed = FreedMemory(clock: ContinuousClock())
    let preloader = Preloader(host: host, supply: supply, endsService: configuration.preloadEnds, logger: logger)
    let (router, metrics) = buildRouter(configuration, host, supply, logger, preparePicture) { freed.add($0) }
    return Application(
        router: router,
        server: .visionHTTP1(maxConnections: configuration.maxConnections, limits: configuration.connectionLimits) {
            let answer = ErrorAnswer($0)
            metrics.record(nil, answer.status, .zero)
            logger.info("no request", metadata: ["status": "\(answer.status.code)", "code": "\(answer.code.rawValue)"])
        },
        configuration: .init(address: .hostname(configuration.host, port: configuration.port)),
        services: [supply, host, freed] + (configuration.preload ? [preloader] : []),
        onServerRunning: { channel in
            let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
            let address = "http://\(host):\(channel.localAddress?.port ?? configuration.port)"
            logger.info("Serving \(configuration.modelName) at \(address), its prompts at \(address)/prompts")
        },
        logger: frameworkLogger
    )
}

private func buildRouter<C: Clock>(
    _ configuration: ServerConfiguration, _ host: ModelHost<BatchCaptioner, C>, _ supply: ModelSupply<C>,
    _ logger: Logger, _ preparePicture: @escaping PreparePicture,
    freed: @escaping @Sendable (Int) -> Void
) -> (Router<VisionRequestContext>, RequestMetrics) where C.Duration == Duration {
    let info = InfoController(configuration: configuration)
    let images = ImageController(
        host: host, supply: supply, configuration: configuration, preparePicture: preparePicture,
        freed: freed)
    let model = ModelController(host: host, supply: supply, configuration: configuration)
    let bare = Router(context: VisionRequestContext.self)
    model.addPublicRoutes(to: bare)
    model.addRoutes(to: bare)
    info.addRoutes(to: bare)
    images.addRoutes(to: bare)

    // Middleware covers the routes that are added after it, and requests that have no route.
    let router = Router(context: VisionRequestContext.self, options: .autoGenerateHeadEndpoints)
    let routes = RouteTable(bare)
    let metrics = RequestMetrics(routes)
    router.add(middleware: RequestLogMiddleware(logger: logger, metrics: metrics))
    let names = HostRule(allowed: configuration.allowedHosts)
    if configuration.answersToItsNamesOnly { router.add(middleware: HostMiddleware(rule: names)) }
    router.add(middleware: CORSMiddleware(origins: configuration.corsOrigins, names: names))
    router.add(middleware: ErrorMiddleware(routes: routes, maxBodySize: configuration.maxBodySize))
    model.addPublicRoutes(to: router)
    let guarded = router.group().add(middleware: AuthMiddleware(keys: configuration.apiKeys))
        .add(middleware: EncodingMiddleware())
    model.addRoutes(to: guarded)
    info.addRoutes(to: guarded)
    images.addRoutes(to: guarded)
    return (router, metrics)
}
