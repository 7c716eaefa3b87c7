import ArgumentParser
import Florence2
import ImageHosts
import Transfers
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

    @Option(
        help: ArgumentHelp(
            "Host from which pictures are fetched that chats name by their addresses, such as pictures.example.org; "
                + "repeatable. [env: VISION_SERVER_IMAGE_URL_HOST, separated by commas] (default: none)",
            valueName: "host"))
    var imageUrlHost: [String] = []

    /// `nil`: no images are fetched.
    ///
    /// - Parameter bytes: The most that all chats hold for which images are being fetched.
    func fetcher(_ settings: Settings, upTo bytes: Int) throws -> ImageFetcher? {
        let hosts = try settings.list("image-url-host", imageUrlHost).map { text in
            guard let host = ImageHost(text) else {
                throw ValidationError(
                    "--image-url-host (VISION_SERVER_IMAGE_URL_HOST) is \"\(text)\": it must be a host's name without "
                        + "scheme and path, such as pictures.example.org or pictures.example.org:8443.")
            }
            return host
        }
        let authorities = TrustedAuthorities(environment: settings.environment)
        var limits = ImageFetcher.Limits()
        limits.bytes = bytes
        return hosts.isEmpty ? nil : ImageFetcher(hosts: hosts, authorities: authorities?.path, limits: limits)
    }

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
