package import Florence2
import JSONScanning

/// Chooses the tasks that answer a chat's turn, by what people and programs write to models that understand every word.
package struct TaskChooser: Sendable {
    private let knowsPromptGen: Bool
    private let defaultTask: FlorenceTask
    private let extraPrompts: [String]

    /// - Parameters:
    ///   - knowsPromptGen: Whether the model knows the words of the PromptGen models, such as `<GENERATE_TAGS>`.
    ///   - defaultTask: What a prompt gets in which no word decides; a task that takes no input.
    ///   - extraPrompts: Words of other fine-tunes, such as `<DocVQA>`: a text that begins with one goes to the model
    ///     literally.
    package init(
        knowsPromptGen: Bool, defaultTask: FlorenceTask = .moreDetailedCaption, extraPrompts: [String] = []
    ) {
        self.knowsPromptGen = knowsPromptGen
        self.defaultTask = defaultTask.input == .none ? defaultTask : .moreDetailedCaption
        self.extraPrompts = extraPrompts
    }

    /// Whether a model's name tells that it knows the words of PromptGen; the demo model does.
    package static func knowsPromptGen(model: String) -> Bool {
        model == "demo" || model.lowercased().contains("promptgen")
    }

    /// Whether a text is nothing but a demand for JSON, such as programs send in a message of its own behind the question.
    package static func isDemandForJSON(_ text: String) -> Bool {
        guard let open = text.firstIndex(of: "{"), let close = text.lastIndex(of: "}"), open < close else {
            return PromptText(text).isDemandForJSON
        }
        return PromptText(text[..<open] + "\n" + text[text.index(after: close)...]).isDemandForJSON
    }

    /// In this order: JSON asked for by a field; a token, or a task's name as the text; a task in the model's name; JSON
    /// asked for in words; other words; the default.
    ///
    /// - Throws: `TaskChoiceError`, or `TaskPromptError` for a task whose input is missing or wrong.
    package func choose(for turn: TaskQuery) throws -> TaskChoice {
        guard turn.hasImage else {
            if turn.json != .none { throw TaskChoiceError.noImage }
            return TaskChoice(.noImage, because: "No picture came.")
        }
        var (raw, prompt) = (turn.text, PromptText(turn.text))
        if prompt.sentences.isEmpty, prompt.text.isEmpty, let system = turn.system {
            (raw, prompt) = (system, PromptText(system))
        }
        let named = try named(in: prompt.text, model: turn.model)
        if turn.json != .none {
            let isNamed = try self.named(in: prompt.text, model: nil) != nil
            let schema = schema(for: turn, raw, prompt, isNamed: isNamed)
            return try json(schema, prompt, named, "A field asks for JSON.")
        }
        if let named { return TaskChoice(.task(named.reading), because: named.because) }
        if prompt.asksForJSON {
            return try json(PromptSchema(raw, prompt)?.schema ?? .object([]), prompt, nil, "The prompt asks for JSON.")
        }
        return try choose(by: prompt)
    }

    private func choose(by prompt: PromptText) throws -> TaskChoice {
        let choice = TaskWords(sentences: prompt.deciding).choice
        let task = choice?.task ?? defaultTask
        let reading = try reading(task)
        let why =
            choice.map { "The prompt decides: \($0.why)." } ?? "No word of the prompt decides, so it is the default."
        return TaskChoice(.task(reading), because: why + note(task, reading))
    }

    private func json(
        _ schema: JSONTree, _ prompt: PromptText, _ named: Named?, _ because: String
    ) throws -> TaskChoice {
        if let named, PromptSchema.isEmpty(schema), !named.reading.isText {
            return TaskChoice(.json(.native(task: named.reading)), because: because + " " + named.because)
        }
        let wanted = TaskWords(sentences: prompt.deciding).choice?.task
        let tasks = FillingTasks(
            things: try reading(.generateTags), named: named?.reading, wanted: wanted, defaultTask: defaultTask,
            reading: { try? reading($0) })
        let usual = wanted == .ocr && named == nil ? PromptSchema.writtenText : PromptSchema.caption
        var filler = FillingPlanner(PromptSchema.isEmpty(schema) ? usual : schema, tasks: tasks)
        let filling = try filler.filling()
        return TaskChoice(.json(filling), because: because + (named.map { " " + $0.because } ?? ""))
    }

    /// The schema that the field has, or else the text, or else the system prompt.
    private func schema(for turn: TaskQuery, _ raw: String, _ prompt: PromptText, isNamed: Bool) -> JSONTree {
        if case .schema(let tree) = turn.json {
            let schema = PromptSchema.unwrapped(tree)
            if !PromptSchema.isEmpty(schema) { return schema }
        }
        // Words of a text that names its task are no names of members.
        if let found = PromptSchema(raw, prompt), found.isExplicit || !isNamed { return found.schema }
        let system = turn.system ?? ""
        if let found = PromptSchema(system, PromptText(system)), found.isExplicit { return found.schema }
        return .object([])
    }
}

extension TaskChooser {
    private struct Named {
        let reading: TaskReading
        let because: String
    }

    private func named(in text: String, model: String?) throws -> Named? {
        if !extraPrompts.isEmpty, let literal = try? TaskPrompt(text, extraPrompts: extraPrompts), literal.task == nil {
            return Named(
                reading: TaskReading(prompt: literal, form: .native), because: "The prompt is one of --extra-prompt.")
        }
        if let token = TaskName.token(in: text) {
            let after = text[token.range.upperBound...]
            let input = after.contains { !$0.isWhitespace } ? after : text[..<token.range.lowerBound]
            return try named(token.task, input: input, "The prompt has the token \(token.task.token).")
        }
        if let task = TaskName.task(named: text) {
            return try named(task, input: "", "The prompt is the name of \(task.token).")
        }
        guard let task = model.flatMap(TaskName.task(ofModel:)) else { return nil }
        return try named(task, input: text[...], "The model's name asks for \(task.token).")
    }

    private func named(_ task: FlorenceTask, input: Substring, _ because: String) throws -> Named {
        let reading = try reading(task, input: String(input))
        return Named(reading: reading, because: because + note(task, reading))
    }

    /// The prompt of a task, or of what takes its place on a model that does not know it.
    func reading(_ task: FlorenceTask, input: String = "") throws -> TaskReading {
        switch task {
        case .generateTags where !knowsPromptGen:
            TaskReading(prompt: try TaskPrompt(FlorenceTask.objectDetection.token), form: .labels)
        case .mixedCaption where !knowsPromptGen, .mixedCaptionPlus where !knowsPromptGen,
            .analyze where !knowsPromptGen:
            TaskReading(prompt: try TaskPrompt(FlorenceTask.moreDetailedCaption.token), form: .native)
        default:
            TaskReading(prompt: try TaskPrompt(task.token + (task.input == .none ? "" : input)), form: .native)
        }
    }

    private func note(_ task: FlorenceTask, _ reading: TaskReading) -> String {
        guard let other = reading.prompt.task, other != task else { return "" }
        let what = reading.form == .labels ? "the labels of \(other.token) are" : "\(other.token) is"
        return " This model does not know \(task.token), so \(what) taken."
    }
}

extension PromptText {
    /// Whether every sentence speaks of JSON, and one asks for it.
    var isDemandForJSON: Bool {
        asksForJSON
            && sentences.allSatisfy { $0.hasAny(["json", "schema", "format", "object", "markdown", "fences"]) }
    }

    /// Whether the JSON is to be a list.
    var asksForList: Bool { sentences.contains { $0.hasAny(["json"], then: ["array", "list"], within: 0) } }

    /// Whether the word JSON is there, and not because it must not be.
    var asksForJSON: Bool {
        sentences.contains { sentence in
            sentence.words.indices.contains { sentence.words[$0] == "json" && !sentence.isNegated(at: $0) }
        }
    }
}

extension PromptSentence {
    /// Whether the words just before say that it must not be.
    fileprivate func isNegated(at index: Int) -> Bool {
        let before = words[..<index].suffix(4)
        let exceptions: Set = ["only", "but", "except", "besides", "outside", "other", "than"]
        return before.contains { ["not", "no", "never", "don't", "dont", "avoid", "without"].contains($0) }
            && !before.contains(where: exceptions.contains)
    }
}
