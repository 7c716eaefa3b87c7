import Foundation
import Testing

/// What a program of this project says of its own commands and options.
struct HelpDump: Decodable {
    let command: Command

    struct Command: Decodable {
        let commandName: String
        let discussion: String?
        let arguments: [Argument]?
        let subcommands: [Command]?

        /// Long options, those that every command has apart.
        var options: Set<String> {
            Set((arguments ?? []).filter(\.shouldDisplay).flatMap(\.longNames)).subtracting(["--help", "--version"])
        }

        func subcommand(_ name: String) throws -> Command {
            try #require(subcommands?.first { $0.commandName == name })
        }
    }

    struct Argument: Decodable {
        let kind: String
        let names: [Name]?
        let shouldDisplay: Bool
        let abstract: String?

        struct Name: Decodable {
            let kind: String
            let name: String
        }

        var longNames: [String] { (names ?? []).filter { $0.kind == "long" }.map { "--" + $0.name } }

        /// The help without the variable and the default.
        var sentence: String {
            (abstract ?? "").replacing(/\[env: [^\]]*\]|\(default: .*\)/, with: "")
                .trimmingCharacters(in: .whitespaces)
        }

        /// The environment variable that stands for the option.
        var variable: String? { abstract?.firstMatch(of: /\[env: ([A-Z_]+)/).map { String($0.1) } }
    }

    /// All commands, and those below them.
    var commands: [Command] {
        [command] + (command.subcommands ?? []).filter { $0.commandName != "help" }
    }

    /// Asks a program, which the build puts beside the test bundle.
    init(of program: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
            .appending(path: program)
        process.arguments = ["--experimental-dump-help"]
        let output = Pipe()
        process.standardOutput = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        self = try JSONDecoder().decode(HelpDump.self, from: text)
    }
}
