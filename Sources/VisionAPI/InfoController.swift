import Florence2
import Hummingbird
import VisionAPITypes

/// What the service is and takes; none of it touches the model.
struct InfoController: Sendable {
    let modelName: String
    /// The original's seven prompts, in its order, and then the extra ones.
    let prompts: [String]
    let metricsText: @Sendable () -> String

    init(configuration: ServerConfiguration) {
        modelName = configuration.modelName
        prompts = TaskPrompt.promptGenPrompts + configuration.extraPrompts
        metricsText = configuration.metricsText
    }

    func addRoutes(to router: some RouterMethods<VisionRequestContext>) {
        router.get("prompts") { _, _ in try Response.json(prompts) }
        router.get("model") { _, _ in try Response.json(modelName) }
        router.get("openapi.json") { _, _ in OpenAPIDocument.response }
        router.get("metrics") { _, _ in
            Response.text(metricsText(), contentType: "text/plain; version=0.0.4; charset=utf-8")
        }
    }
}
