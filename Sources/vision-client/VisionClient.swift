import ArgumentParser

@main
struct VisionClient: AsyncParsableCommand {
    /// What chat programs are told; that of the server that it comes with.
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "vision-client",
        abstract: "Asks vision servers about pictures.",
        usage: """
            vision-client <prompt> <image> ...
            vision-client prompts | model
            vision-client folder <prompt> <caption_extension> <folder> [options]
            vision-client edit <folder> [options]
            vision-client mcp [--root <folder>] ...
            """,
        discussion: "VISION_HOST is the server's address (http://localhost:54880), VISION_API_KEY its key, and "
            + "VISION_TIMEOUT the seconds that one request may take (no limit). Errors go to standard error; the exit "
            + "code is 1 when anything failed.",
        subcommands: [
            CaptionCommand.self, PromptsCommand.self, ModelCommand.self, FolderCommand.self, EditCommand.self,
            MCPCommand.self,
        ],
        defaultSubcommand: CaptionCommand.self
    )

    /// Parses the command line and runs what it says; what is wrong ends the program with a sentence.
    static func main() async {
        do {
            try refuseDashedNames(Array(CommandLine.arguments.dropFirst()))
        } catch {
            exit(withError: error)
        }
        await main(nil)
    }
}

/// Words that begin with one dash: of the program's options only `-h` does.
extension VisionClient {
    /// Options whose value may begin with a dash.
    private static let signed = ["--length-penalty"]

    /// The parser takes each letter of such a word for an option, and so a file's name for a wish for help.
    ///
    /// - Throws: `ValidationError`, for the first word that is no number either.
    static func refuseDashedNames(_ arguments: [String]) throws {
        let words = arguments.prefix { $0 != "--" }
        let pairs = zip([""] + words, words)
        guard let name = pairs.first(where: { isDashed($1) && !signed.contains($0) })?.1 else { return }
        throw ValidationError(
            "\"\(name)\" begins with a dash and is none of the options. If it is a file, write ./\(name).")
    }

    private static func isDashed(_ word: String) -> Bool {
        word.hasPrefix("-") && !word.hasPrefix("--") && word.count > 2 && word != "-help" && Double(word) == nil
    }
}
