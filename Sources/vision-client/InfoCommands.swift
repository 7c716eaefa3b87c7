import ArgumentParser
import CaptionClient

/// Prints the prompts that a server lists.
struct PromptsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prompts", abstract: "Print the server's prompts, one a line.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        try await options.withServer { server in
            for prompt in try await server.prompts() { try AnswerOutput.print(prompt) }
        }
    }
}

/// Prints the name of a server's model.
struct ModelCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(commandName: "model", abstract: "Print the server's model.")

    @OptionGroup var options: ServerOptions

    func run() async throws {
        try await options.withServer { server in
            try AnswerOutput.print(try await server.model())
        }
    }
}
