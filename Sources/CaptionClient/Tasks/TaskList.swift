/// What is asked about each image: one prompt, or several tasks.
package struct TaskList: Sendable, Equatable {
    /// As they were given, and as they are sent.
    package let prompts: [String]
    /// The tasks that they name; `nil` for what is none, which is a prompt alone.
    package let tasks: [PlainTask?]

    /// Splits at commas where every part is a task's name; all else is one prompt, commas and all.
    /// - Throws: `ClientError.repeatedTask`.
    package init(_ text: String) throws(ClientError) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false).map { CaptionText.trimmed(String($0)) }
        let names = parts.map { PlainTask(prompt: $0) }
        let isList = parts.count > 1 && names.allSatisfy { $0 != nil }
        prompts = isList ? parts : [text]
        tasks = isList ? names : [PlainTask(prompt: text)]
        for (index, task) in tasks.enumerated() where tasks[..<index].contains(task) && task != nil {
            throw .repeatedTask(prompts[index])
        }
    }

    package var count: Int { prompts.count }
}
