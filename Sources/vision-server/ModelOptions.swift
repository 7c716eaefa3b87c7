import ArgumentParser
import Florence2
import Tensors

/// Which model runs, and how: the same for every command.
struct ModelOptions: ParsableArguments {
    static let defaultModel = "MiaoshouAI/Florence-2-large-PromptGen-v2.0"

    @Option(
        help: ArgumentHelp(
            "A name on the Hugging Face hub, \"large\" or \"base\" for the two PromptGen v2.0 models, a model directory, "
                + "or \"demo\" for the built-in one. [env: VISION_SERVER_MODEL] (default: \(defaultModel))",
            valueName: "name|dir|demo"))
    var model: String?

    @Option(help: "Threads to compute with. [env: VISION_SERVER_THREADS] (default: all cores)")
    var threads: Int?

    @Option(help: "Precision of the arithmetic; fp32 is the only one. [env: VISION_SERVER_PRECISION] (default: fp32)")
    var precision: String?

    /// The model's small files are looked at here, where they are on this machine; its weights when it is loaded.
    func choose(_ settings: Settings) throws -> ChosenModel {
        let precision = settings.text("precision", precision) ?? "fp32"
        guard precision == "fp32" else {
            throw ValidationError("--precision (VISION_SERVER_PRECISION) is \"\(precision)\": fp32 is the only one.")
        }
        let model = settings.text("model", model) ?? Self.defaultModel
        return ChosenModel(
            source: try ModelSource(model, environment: settings.environment),
            precision: precision,
            threads: try settings.number("threads", threads, in: 1...1024),
            instructionSet: try .select(environment: settings.environment))
    }
}
