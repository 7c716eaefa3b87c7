import ArgumentParser

@main
struct VisionClient: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vision-client",
        abstract: "Asks vision servers about pictures."
    )
}
