import ArgumentParser
import Drawings
import Florence2
import Foundation
import Images

/// Captions image files without HTTP.
///
/// It runs on the main thread, not on the cooperative pool: the model computes for seconds.
struct LocalCaptionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "caption", abstract: "Caption picture files.")

    @Argument(help: "Picture files.")
    var images: [String]

    @Option(help: "Task of all pictures.")
    var prompt = "<CAPTION>"

    @Flag(help: "Print one JSON object a picture.")
    var json = false

    @OptionGroup(title: "Drawings") var drawingOptions: LocalDrawingOptions
    @OptionGroup(title: "Search") var generationOptions: GenerationOptions
    @OptionGroup(title: "Model") var modelOptions: ModelOptions
    @OptionGroup(title: "Prompts") var promptOptions: PromptOptions
    @OptionGroup(title: "Pictures") var imageOptions: ImageOptions

    func validate() throws { try drawingOptions.check(images) }

    func run() throws {
        let settings = Settings(environment: ProcessInfo.processInfo.environment)
        let task = try promptOptions.parse(prompt, settings)
        let model = try modelOptions.choose(settings)
        let files = try model.files()
        let reader = ImageReader(decoder: try imageOptions.decoder(settings), processor: try files.imageProcessor())
        let captioner = try model.load(files)
        for warning in captioner.warnings { StandardError.print(warning) }
        var failures = 0
        for image in images {
            let line: PrintedCaption
            do {
                line = try caption(image, task, captioner, reader)
            } catch {
                failures += 1
                StandardError.print("\(image): \(error)")
                continue
            }
            try StandardOutput.print(json ? try line.json() : try line.plain(withFile: images.count > 1))
        }
        if failures > 0 { throw ExitCode.failure }
    }

    private func caption(
        _ file: String, _ task: TaskPrompt, _ captioner: Captioner<CPUEngine>, _ reader: ImageReader
    ) throws -> PrintedCaption {
        let drawing = try drawingOptions.file(for: file)
        let start = ContinuousClock.now
        let image = try reader.read(file)
        let decodeSeconds = (ContinuousClock.now - start) / .seconds(1)
        let caption = try captioner.answer(image, prompt: task, overrides: generationOptions.overrides)
        try drawing?.write(caption.answer, of: image)
        return PrintedCaption(file: file, prompt: prompt, caption: caption, decodeSeconds: decodeSeconds)
    }
}
