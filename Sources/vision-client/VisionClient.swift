import ArgumentParser

@main
struct VisionClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vision-client",
        abstract: "Asks vision servers about pictures.",
        usage: """
            vision-client <prompt> <image> ...
            vision-client prompts | model
            vision-client folder <prompt> <caption_extension> <folder> [options]
            """,
        discussion: "VISION_HOST is the server's address (http://localhost:54880), VISION_API_KEY its key, and "
            + "VISION_TIMEOUT the seconds that one request may take (no limit). Errors go to standard error; the exit "
            + "code is 1 when anything failed.",
        subcommands: [
            CaptionCommand.self, PromptsCommand.self, ModelCommand.self, FolderCommand.self,
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
