package import Florence2
package import JSONScanning

/// The tasks that answer a turn, and how their answers become its text.
package struct TaskChoice: Sendable {
    /// What the model gets for each image; none where no image came.
    package let prompts: [TaskPrompt]
    /// Why these, in one sentence.
    package let because: String
    private let form: Form

    enum Form: Sendable {
        case noImage
        case task(TaskReading)
        case json(Filling)
    }

    init(_ form: Form, because: String) {
        self.form = form
        self.because = because
        prompts =
            switch form {
            case .noImage: []
            case .task(let reading): [reading.prompt]
            case .json(let filling): filling.prompts
            }
    }

    /// What is said where there is no image.
    static let noImage = "No picture came with this message. Send one, and I will describe it."

    /// Whether the text of the only task, as it comes, is the answer.
    package var isStreamable: Bool {
        if case .task(let reading) = form { reading.isText } else { false }
    }

    /// The tokens of the tasks that run; of a prompt that is none, the prompt.
    package var tokens: [String] { prompts.map { $0.task?.token ?? $0.text } }

    /// Where JSON is filled, its members with the task that each comes from; else `nil`.
    package var members: JSONTree? {
        if case .json(let filling) = form { filling.outline } else { nil }
    }

    /// The answer's text.
    ///
    /// - Parameter captions: What the model said of each image, in their order, to each of `prompts`.
    /// - Throws: `TaskChoiceError.unfulfilled` where a schema wants more than the images give.
    package func text(of captions: [[Caption]]) throws(TaskChoiceError) -> String {
        switch form {
        case .noImage: return Self.noImage
        case .task(let reading):
            let texts = captions.map { $0.first.map(reading.text) ?? "" }
            if texts.count == 1 { return texts[0] }
            return texts.enumerated().map { "Image \($0 + 1): \($1)" }.joined(separator: "\n")
        case .json(let filling):
            return try FilledJSON(prompts: prompts, captions: captions).text(of: filling)
        }
    }
}
