import Florence2
import JSONScanning

/// JSON that is still to be filled: for each value which task it comes from.
indirect enum Filling: Sendable {
    /// The same whatever the image shows.
    case constant(JSONTree)
    case text(task: TaskReading, name: String, length: CountRange)
    /// How sure the model was of a task's answer.
    case probability(task: TaskReading)
    /// The native JSON of a task.
    case native(task: TaskReading)
    /// The things that a task names.
    case list(task: TaskReading, name: String, count: CountRange, element: Label)
    /// A list of the one value.
    case single(Filling, max: Int)
    case object([Member])
    /// Null where the value cannot be had.
    case nullable(Filling)

    struct Member: Sendable {
        let name: String
        let filling: Filling
        let isRequired: Bool
    }

    /// What stands for a thing in a list.
    indirect enum Label: Sendable {
        /// - Parameter known: The only ones that count; `nil`: all.
        case name(length: CountRange, known: [String]?)
        case probability
        case constant(JSONTree)
        case object([(name: String, label: Label)])
    }

    /// How many there may be.
    struct CountRange: Sendable, Equatable {
        var min = 0
        var max = Int.max

        func contains(_ count: Int) -> Bool { min <= count && count <= max }
    }

    /// Whether anything of it comes from the image.
    var isReal: Bool {
        switch self {
        case .constant: false
        case .text, .probability, .native, .list: true
        case .single(let filling, _), .nullable(let filling): filling.isReal
        case .object(let members): members.contains { $0.filling.isReal }
        }
    }

    /// The same shape with the task of each value.
    var outline: JSONTree {
        switch self {
        case .constant(let value): value
        case .text(let task, _, _), .probability(let task), .native(let task), .list(let task, _, _, _):
            .string(task.prompt.task?.token ?? task.prompt.text)
        case .single(let filling, _), .nullable(let filling): filling.outline
        case .object(let members): .object(members.map { .init($0.name, $0.filling.outline) })
        }
    }

    /// The tasks that it comes from, one prompt once.
    var prompts: [TaskPrompt] {
        var prompts: [TaskPrompt] = []
        collect(&prompts)
        return prompts
    }

    private func collect(_ prompts: inout [TaskPrompt]) {
        switch self {
        case .constant: break
        case .text(let task, _, _), .probability(let task), .native(let task), .list(let task, _, _, _):
            if !prompts.contains(where: { $0.text == task.prompt.text }) { prompts.append(task.prompt) }
        case .single(let filling, _), .nullable(let filling): filling.collect(&prompts)
        case .object(let members): for member in members { member.filling.collect(&prompts) }
        }
    }
}
