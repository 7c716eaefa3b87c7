import ArgumentParser
import Florence2
import VisionAPI

/// How chats, whose prompts are words, are answered.
struct ChatOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Task that answers a chat whose words ask for none. "
                + "[env: VISION_SERVER_DEFAULT_TASK] (default: MORE_DETAILED_CAPTION)",
            valueName: "task"))
    var defaultTask: String?

    @Flag(
        help:
            "Say that the model knows the words of PromptGen, such as <GENERATE_TAGS>, though its name does not. [env: VISION_SERVER_PROMPTGEN]"
    )
    var promptgen = false

    func chooser(_ settings: Settings, model: String, extraPrompts: [String]) throws -> TaskChooser {
        let isPromptGen = try settings.isOn("promptgen", promptgen) || TaskChooser.knowsPromptGen(model: model)
        return TaskChooser(
            knowsPromptGen: isPromptGen, defaultTask: try task(settings), extraPrompts: extraPrompts)
    }

    private func task(_ settings: Settings) throws -> FlorenceTask {
        guard let text = settings.text("default-task", defaultTask) else { return .moreDetailedCaption }
        guard let task = (try? TaskPrompt(text))?.task, task.input == .none else {
            let tasks = FlorenceTask.allCases.filter { $0.input == .none }.map { $0.token.dropFirst().dropLast() }
            throw ValidationError(
                "\(settings.name("default-task", defaultTask)) is \"\(text)\": it must be one of "
                    + "\(tasks.joined(separator: ", ")).")
        }
        return task
    }
}
