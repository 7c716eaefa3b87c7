import ArgumentParser
import CaptionClient

/// How the model is to search for its answer.
struct QuestionOptions: ParsableArguments {
    @Option(help: "Beams of the search, 1 to 8. (default: the model's own setting, 3 as a rule)")
    var numBeams: Int?

    @Option(help: "The most tokens of an answer, 1 to 1024. (default: 1024)")
    var maxNewTokens: Int?

    func validate() throws {
        if let numBeams, !(1...8).contains(numBeams) {
            throw ValidationError("--num-beams is \(numBeams): it must be from 1 to 8.")
        }
        if let maxNewTokens, !(1...1024).contains(maxNewTokens) {
            throw ValidationError("--max-new-tokens is \(maxNewTokens): it must be from 1 to 1024.")
        }
    }

    func question(_ prompt: String) -> Question {
        Question(prompt: prompt, numBeams: numBeams, maxNewTokens: maxNewTokens)
    }
}
