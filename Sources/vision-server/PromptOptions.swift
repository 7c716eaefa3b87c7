import ArgumentParser
import Florence2

/// Which prompts are let through besides the known tasks.
struct PromptOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Prompt of a fine-tune, such as <DocVQA>, that goes to the model literally; repeatable. "
                + "[env: VISION_SERVER_EXTRA_PROMPT, separated by commas]",
            valueName: "prompt"))
    var extraPrompt: [String] = []

    @Flag(help: "Let any prompt through to the model literally. [env: VISION_SERVER_ANY_PROMPT]")
    var anyPrompt = false

    func extraPrompts(_ settings: Settings) -> [String] {
        settings.list("extra-prompt", extraPrompt)
    }

    func parse(_ prompt: String, _ settings: Settings) throws -> TaskPrompt {
        try TaskPrompt(
            prompt, extraPrompts: extraPrompts(settings), anyPrompt: settings.isOn("any-prompt", anyPrompt))
    }
}
