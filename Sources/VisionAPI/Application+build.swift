package import Captioning
import HTTPDoor
package import Hummingbird
import Images
package import Logging
import ModelContext
import Serving

/// The service: dialects around one model's host, which runs and stops with it.
///
/// - Parameters:
///   - store: The model's files; it runs with the service, too.
///   - prepareImage: What a test does in place of decoding and resizing.
package func buildApplication(
    configuration: ServerConfiguration, host: CaptionService.Host, store: CaptionService.Store, logger: Logger,
    prepareImage: PrepareImage? = nil
) -> some ApplicationProtocol {
    let trimmer = MallocTrimmer(clock: ContinuousClock())
    let preloader = Preloader(host: host, store: store, endsService: configuration.preloadEnds, logger: logger)
    let decoder = configuration.decoder
    let service = CaptionService(
        host: host, store: store, budget: configuration.decoding, decoder: decoder,
        prepareImage: prepareImage ?? { try decoder.prepare($0, with: $1, watch: DecodeWatch($2)) }
    ) {
        ErrorAnswer(answering: $0)?.status.kind == .clientError
    }
    let bodies = BodyReader(
        maxBodySize: configuration.maxBodySize, maxReadingSize: configuration.maxReadingSize, pace: .measured()
    ) { trimmer.add($0) }
    let prompts = ImageRequestParser(extraPrompts: configuration.extraPrompts, anyPrompt: configuration.anyPrompt)
    let images = ProcessImageRoute(service: service, bodies: bodies, parser: prompts)
    let chats = ChatRoute(service: service, bodies: bodies, fetcher: configuration.imageFetcher)
    let parser = ChatParser(chooser: configuration.tasks, fetcher: configuration.imageFetcher)
    let models = ServedModel(
        id: configuration.modelName, precision: configuration.about.precision, assets: { store.assets })
    let tools = ToolRoute(
        service: service, bodies: bodies, desk: ToolDesk(version: configuration.about.version), parser: prompts,
        chooser: configuration.tasks, patience: configuration.toolPatience)
    let door = Door(
        configuration: configuration.door,
        dialects: [
            OriginalDialect(images, CleanRoute { trimmer.add($0) }, configuration: configuration).dialect,
            PageDialect().dialect,
            OperationsDialect(host: host, store: store, configuration: configuration).dialect,
            OpenAIDialect(route: chats, chat: parser, models: models).dialect,
            OllamaDialect(route: chats, chat: parser, models: models, host: host, store: store).dialect,
            MCPDialect(route: tools).dialect,
        ], figures: "vision", logger: logger, errors: ErrorAnswer.init(answering:))
    return door.application(services: [store, host, trimmer] + (configuration.preload ? [preloader] : [])) { address in
        logger.info("Serving \(configuration.modelName) at \(address), its prompts at \(address)/prompts")
    }
}
