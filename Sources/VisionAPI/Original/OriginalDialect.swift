import Florence2
import HTTPDoor
import HTTPTypes
import VisionAPITypes

/// The interface of the original server: what it is asked for, and what it says about itself.
struct OriginalDialect: Sendable {
    private let route: ProcessImageRoute
    private let cleanRoute: CleanRoute
    private let modelName: String
    /// The original's seven prompts, in its order, and then the extra ones.
    private let prompts: [String]

    init(_ route: ProcessImageRoute, _ cleanRoute: CleanRoute, configuration: ServerConfiguration) {
        self.route = route
        self.cleanRoute = cleanRoute
        modelName = configuration.modelName
        prompts = TaskPrompt.promptGenPrompts + configuration.extraPrompts
    }

    var dialect: Dialect {
        Dialect(
            errorFormat: .detailAndCode, exposedHeaders: [.imageSize],
            routes: [
                Route(.get, "prompts") { _, _ in try .json(prompts) },
                Route(.get, "model") { _, _ in try .json(modelName) },
                Route(.post, "process_image", use: route.processImage),
                Route(.post, "clean", use: cleanRoute.clean),
            ])
    }
}
