import ArgumentParser
import CaptionClient
import Foundation

/// Serves tools to a chat program, which starts this program and talks to it over standard input and output.
struct MCPCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mcp",
        abstract: "Be a tool for chat programs, by the Model Context Protocol over standard input and output.",
        discussion: "The chat program starts this command itself: enter it where that has a list of MCP servers. It "
            + "ends when its input has ended and all calls are answered.")

    @Option(
        help: ArgumentHelp(
            "Folder whose pictures the chat may name by their paths; repeatable.", valueName: "folder"))
    var root: [String] = []

    @Option(help: ArgumentHelp("Seconds that a call may wait until it is taken up.", visibility: .hidden))
    var patience = 50.0

    @OptionGroup var serverOptions: ServerOptions

    func run() async throws {
        try await serverOptions.withServer { server in
            let tools = ServerTools(
                server, folders: try AllowedFolders(root), patience: .seconds(min(max(patience, 0), 86400)))
            let loop = ToolLoop(tools, version: VisionClient.version) { message in
                // Where nobody reads any more there is nothing left to do.
                do { try AnswerOutput.print(message) } catch { MCPCommand.exit(withError: error) }
            }
            await loop.run(InputLines(STDIN_FILENO))
        }
    }
}
