import ArgumentParser
import CaptionClient
import Drawings
import Foundation

/// Asks about single images and prints the answers.
struct CaptionCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "caption", abstract: "Print the captions of pictures; the word caption can be left out.",
        usage: "vision-client [caption] <prompt> <image> ... [options]")

    @Argument(help: "Task, such as CAPTION, DETAILED_CAPTION, GENERATE_TAGS or OD.")
    var prompt: String

    @Argument(help: "Picture files.")
    var images: [String]

    @Flag(help: "Print one JSON object a picture.")
    var json = false

    @Option(help: "Seconds without a model of the server after which the command ends.")
    var patience = 30

    @OptionGroup(title: "Drawings") var drawingOptions: DrawingOptions
    @OptionGroup var serverOptions: ServerOptions
    @OptionGroup var questionOptions: QuestionOptions

    func validate() throws {
        guard (0...1_000_000).contains(patience) else {
            throw ValidationError("--patience is \(patience): it must be from 0 to 1000000 seconds.")
        }
        try drawingOptions.check(images)
    }

    func run() async throws {
        try await serverOptions.withServer { server in
            let terminal = Terminal(environment: ProcessInfo.processInfo.environment)
            let drawings = drawingOptions.files(AtomicFileWriter())
            var failures = 0
            for image in images {
                do {
                    try AnswerOutput.print(try await answer(image, server, drawings, terminal))
                } catch ClientError.noModel(let sentence) {
                    // No other image would fare better.
                    throw ClientError.noModel(sentence)
                } catch let error as ClientError {
                    failures += 1
                    terminal.write(Terminal.visible("\(image): \(error)") + "\n")
                }
            }
            if failures > 0 { throw ExitCode.failure }
        }
    }

    private func answer(
        _ image: String, _ server: RemoteServer, _ drawings: DrawingFiles?, _ terminal: Terminal
    ) async throws -> String {
        let file = ImageFile(path: image)
        let name = DrawingFolder.name(of: image)
        try drawings?.check(name)
        let (result, size) = try await server.answer(
            questionOptions.question(prompt), about: file, patience: .seconds(patience)
        ) { sentence in
            terminal.write(Terminal.visible(sentence) + "\n")
        }
        let caption = try CaptionText(result)
        try drawings?.write([result], name: name, image: file, size: size)
        if json {
            let line = CaptionLine(file: image, prompt: prompt, result: caption.isText ? .string(caption.text) : result)
            return try AnyJSON.line(line)
        }
        return images.count > 1 ? "\(image): \(caption.text)" : caption.text
    }
}
