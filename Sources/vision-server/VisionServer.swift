import ArgumentParser

@main
struct VisionServer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vision-server",
        abstract: "Captions pictures with Florence-2.",
        subcommands: [ServeCommand.self, CaptionCommand.self, DownloadCommand.self, InspectCommand.self],
        defaultSubcommand: ServeCommand.self
    )
}
