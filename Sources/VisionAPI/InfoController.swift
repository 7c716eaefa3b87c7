import Florence2
import Hummingbird
import VisionAPITypes

/// What the service is and takes; none of it touches the model.
struct InfoController: Sendable {
    let modelName: String
    /// The original's seven prompts, in its order, and then the extra ones.
    let prompts: [String]

    init(configuration: ServerConfiguration) {
        modelName = configuration.modelName
        prompts = TaskPrompt.promptGenPrompts + configuration.extraPrompts
    }

    func addRoutes(to router: Router<VisionRequestContext>) {
        router.get("prompts") { _, _ in try Response.json(prompts) }
        router.get("model") { _, _ in try Response.json(modelName) }
        router.get("health") { _, _ in try Response.json(HealthBody()) }
    }
}
