import ArgumentParser
import Images

@main
struct VisionServer: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "vision-server",
        abstract: "Captions pictures with Florence-2.",
        version: version,
        subcommands: [
            ServeCommand.self, LocalCaptionCommand.self, DownloadCommand.self, DoctorCommand.self, InspectCommand.self,
        ],
        defaultSubcommand: ServeCommand.self
    )

    /// Parses the command line and runs what it says; what is wrong ends the program with a sentence.
    static func main() async {
        DecoderChild.runIfAsked()
        do {
            let arguments = Array(CommandLine.arguments.dropFirst())
            try checkCommand(arguments)
            try DashedName.check(arguments)
            try await run(try await asyncParseAsRoot(arguments))
        } catch {
            exit(withError: error)
        }
    }

    private static func run(_ command: any ParsableCommand) async throws {
        let name = name(of: command)
        do {
            try await perform(command)
        } catch let error as ValidationError {
            // The parser's own way would add the usage of all commands.
            StandardError.print("Error: \(error.message)")
            StandardError.print("  See 'vision-server \(name) --help' for more information.")
            throw ExitCode.validationFailure
        }
    }

    private static func perform(_ command: any ParsableCommand) async throws {
        guard var waiting = command as? any AsyncParsableCommand else { return try perform(atOnce: command) }
        try await waiting.run()
    }

    private static func perform(atOnce command: any ParsableCommand) throws {
        var command = command
        try command.run()
    }

    private static func name(of command: any ParsableCommand) -> String {
        type(of: command).configuration.commandName ?? ""
    }

    /// `serve`, which can be left out, takes options only: a word at the beginning is a command.
    private static func checkCommand(_ arguments: [String]) throws {
        guard let word = arguments.first, !word.hasPrefix("-") else { return }
        let names = configuration.subcommands.compactMap { $0.configuration.commandName }
        guard !names.contains(word), word != "help" else { return }
        let hint = Spelling.nearest(to: word.lowercased(), among: names).map { " Did you mean \($0)?" } ?? ""
        throw ValidationError("\"\(word)\" is none of the commands \(names.joined(separator: ", ")).\(hint)")
    }
}
