import ArgumentParser
import Florence2
import Serving
import Tensors

/// Which model runs, and how: the same for every command.
struct ModelOptions: ParsableArguments {
    static let defaultModel = "MiaoshouAI/Florence-2-large-PromptGen-v2.0"

    @Option(
        help: ArgumentHelp(
            "Name on the Hugging Face hub, \"large\" or \"base\" for PromptGen v2.0, a model directory, or \"demo\". "
                + "[env: VISION_SERVER_MODEL] (default: \(defaultModel))",
            valueName: "name|dir|demo"))
    var model: String?

    @Option(
        help: ArgumentHelp(
            "Branch, tag, full commit or refs/pr/20 of a model on the hub; --model NAME@REV says the same. "
                + "[env: VISION_SERVER_REVISION] (default: main)",
            valueName: "rev"))
    var revision: String?

    @Option(
        help: ArgumentHelp(
            "Threads to compute with. [env: VISION_SERVER_THREADS] (default: all cores, or as many as a quota allows)"))
    var threads: Int?

    @Option(
        help: ArgumentHelp(
            "Precision of the arithmetic; auto is bf16 where the processor has AVX-512 BF16, else fp32. "
                + "[env: VISION_SERVER_PRECISION] (default: auto)",
            valueName: "auto|fp32|bf16|int8"))
    var precision: String?

    /// The model's small files are looked at here, where they are on this machine; its weights when it is loaded.
    func choose(_ settings: Settings) throws -> ChosenModel {
        let instructionSet = try InstructionSet.select(environment: settings.environment)
        let model = settings.text("model", model) ?? Self.defaultModel
        return ChosenModel(
            source: try ModelSource(
                model, revision: settings.text("revision", revision), environment: settings.environment),
            precision: try choosePrecision(settings, instructionSet),
            threads: try settings.number("threads", threads, in: 1...1024)
                ?? ProcessorBudget().cores(of: WorkerPool.usableCores),
            instructionSet: instructionSet)
    }

    private func choosePrecision(_ settings: Settings, _ instructionSet: InstructionSet) throws -> Precision {
        let wanted = settings.text("precision", precision) ?? "auto"
        if wanted == "auto" { return Precision.automatic(for: instructionSet) }
        guard let choice = Precision(rawValue: wanted) else {
            let name = settings.name("precision", precision)
            throw ValidationError("\(name) is \"\(wanted)\": it must be auto, fp32, bf16 or int8.")
        }
        return choice
    }
}
