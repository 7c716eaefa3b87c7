import ArgumentParser
import Florence2
import Tensors

/// Which model runs, and how: the same for every command.
struct ModelOptions: ParsableArguments {
    static let defaultModel = "MiaoshouAI/Florence-2-large-PromptGen-v2.0"

    @Option(
        help: ArgumentHelp(
            "A model directory, \"demo\" for the built-in one, or a name on the Hugging Face hub. "
                + "[env: VISION_SERVER_MODEL] (default: \(defaultModel))",
            valueName: "name|dir|demo"))
    var model: String?

    @Option(help: "Threads to compute with. [env: VISION_SERVER_THREADS] (default: all cores)")
    var threads: Int?

    @Option(help: "Precision of the arithmetic; fp32 is the only one. [env: VISION_SERVER_PRECISION] (default: fp32)")
    var precision: String?

    /// The model's small files are looked at here; its weights are read when it is loaded.
    func choose(_ settings: Settings) throws -> ChosenModel {
        let precision = settings.text("precision", precision) ?? "fp32"
        guard precision == "fp32" else {
            throw ValidationError("--precision (VISION_SERVER_PRECISION) is \"\(precision)\": fp32 is the only one.")
        }
        return ChosenModel(
            files: try ModelSource(settings.text("model", model) ?? Self.defaultModel).files(),
            threads: try settings.number("threads", threads, in: 1...1024),
            instructionSet: try .select(environment: settings.environment))
    }
}

/// A model that is there, and the threads it gets.
struct ChosenModel: Sendable {
    let files: ModelFiles
    /// `nil`: as many as there are cores.
    let threads: Int?
    let instructionSet: InstructionSet

    func load() throws -> Captioner {
        try Captioner(files, threads: threads, instructionSet: instructionSet)
    }
}
