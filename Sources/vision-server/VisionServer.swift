import ArgumentParser

@main
struct VisionServer: AsyncParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "vision-server",
        abstract: "Captions pictures with Florence-2.",
        version: version,
        subcommands: [
            ServeCommand.self, CaptionCommand.self, DownloadCommand.self, DoctorCommand.self, InspectCommand.self,
        ],
        defaultSubcommand: ServeCommand.self
    )
}
