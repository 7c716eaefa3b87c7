/// The answer to one task, and what the clean-up has made of it.
struct TaskText: Sendable, Equatable {
    let raw: AnyJSON
    let clean: AnyJSON
    /// Whether nothing would have been left of it.
    let isKept: Bool
    /// How it came about.
    let detail: [String: AnyJSON]?

    /// Whether it is text, not places in the image.
    var isText: Bool { if case .string = clean { true } else { false } }

    /// The text, or one line of JSON.
    var text: String { (try? CaptionText(clean))?.text ?? "" }
}

extension CaptionPlan {
    /// What each task has answered, where it was asked.
    func texts(_ answers: TaskAnswers) -> [TaskText?] {
        tasks.prompts.enumerated().map { task, prompt in
            guard let raw = answers[prompt] else { return nil }
            let (clean, isKept) = clean(raw, ofTask: task)
            return TaskText(raw: raw, clean: clean, isKept: isKept, detail: answers.detail(prompt))
        }
    }

    /// What a caption file gets; `nil` where the server has said nothing for it.
    /// - Parameter name: The image's path below the folder.
    func caption(_ texts: [TaskText?], file: Int, rule: CaptionRule, name: String) throws -> CaptionText? {
        switch layout {
        case .each:
            guard file < texts.count, let text = texts[file], !text.text.isEmpty else { return nil }
            return try CaptionText(text.clean, prefix: rule.prefix, suffix: rule.suffix)
        case .joined(let template):
            let answers = texts.map { $0?.text ?? "" }
            guard answers.contains(where: { !$0.isEmpty }) else { return nil }
            let filled = template.fill(answers: answers, trigger: rule.trigger?.word ?? "", name: name)
            return try CaptionText(.string(filled), prefix: rule.prefix, suffix: rule.suffix)
        }
    }
}
