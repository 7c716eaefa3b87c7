public import Florence2
public import Hummingbird
public import Images
public import Logging
public import Serving

/// The service: routes, errors and log around one model's host, which runs and stops with it.
///
/// - Parameter processor: Prepares the pictures; it comes from the model's small files, so that no weights are read for
///   it.
public func buildApplication<C: Clock>(
    configuration: ServerConfiguration, host: ModelHost<Captioner, C>, processor: ImageProcessor, logger: Logger
) -> some ApplicationProtocol where C.Duration == Duration {
    // The framework's own start line says less than ours.
    var frameworkLogger = logger
    frameworkLogger.logLevel = max(logger.logLevel, .notice)
    return Application(
        router: buildRouter(configuration, host, processor, logger),
        server: .visionHTTP1(maxBodySize: configuration.maxBodySize),
        configuration: .init(address: .hostname(configuration.host, port: configuration.port)),
        services: [host],
        onServerRunning: { channel in
            let address = "http://\(configuration.host):\(channel.localAddress?.port ?? configuration.port)"
            logger.info("Serving \(configuration.modelName) at \(address), its prompts at \(address)/prompts")
        },
        logger: frameworkLogger
    )
}

private func buildRouter<C: Clock>(
    _ configuration: ServerConfiguration, _ host: ModelHost<Captioner, C>, _ processor: ImageProcessor,
    _ logger: Logger
) -> Router<VisionRequestContext> where C.Duration == Duration {
    let info = InfoController(configuration: configuration)
    let images = ImageController(host: host, processor: processor, configuration: configuration)
    let bare = Router(context: VisionRequestContext.self)
    info.addRoutes(to: bare)
    images.addRoutes(to: bare)

    // Middleware covers the routes that are added after it, and requests that have no route.
    let router = Router(context: VisionRequestContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: RequestLogMiddleware(logger: logger))
    router.add(middleware: ErrorMiddleware(routes: RouteTable(bare), maxBodySize: configuration.maxBodySize))
    info.addRoutes(to: router)
    images.addRoutes(to: router)
    return router
}
