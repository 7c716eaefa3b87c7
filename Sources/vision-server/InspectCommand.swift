import ArgumentParser
import Florence2
import Foundation
import Images
import Tensors

/// Writes what the model computes on the way to an answer, for the comparison with the reference.
struct InspectCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect", abstract: "Write the model's inner states for one picture as safetensors.")

    @Option(help: "Picture file.")
    var image: String

    @Option(help: "Task.")
    var prompt = "<CAPTION>"

    @Option(help: "Token ids that the decoder is given, separated by commas, such as 2,0,100.")
    var decoderIds = "2"

    @Option(help: "File to write.")
    var output: String

    @OptionGroup(title: "Model") var modelOptions: ModelOptions
    @OptionGroup(title: "Prompts") var promptOptions: PromptOptions

    func run() throws {
        let settings = Settings(environment: ProcessInfo.processInfo.environment)
        let task = try promptOptions.parse(prompt, settings)
        let decoderIDs = try parseDecoderIDs()
        let model = try modelOptions.choose(settings)
        let files = try model.files()
        let prepared = try ImageReader(decoder: ImageDecoder(), processor: try files.imageProcessor()).read(image)
        let captioner = try model.load(files)
        for warning in captioner.warnings { StandardError.print(warning) }
        let tensors = try captioner.inspect(prepared, prompt: task, decoderIDs: decoderIDs)
        try SafetensorsWriter.write(tensors, to: output)
    }

    private func parseDecoderIDs() throws -> [Int] {
        try decoderIds.split(separator: ",", omittingEmptySubsequences: false).map { text in
            guard let id = Int(text), id >= 0 else {
                throw ValidationError(
                    "--decoder-ids is \"\(decoderIds)\": it must be whole numbers with commas between.")
            }
            return id
        }
    }
}
