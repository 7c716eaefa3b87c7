/// Why a prompt names no task that can be run.
public enum TaskPromptError: Error, Equatable, CustomStringConvertible {
    case empty(valid: [String])
    /// The prompt is none of the valid ones.
    case unknown(prompt: String, valid: [String])
    /// The task answers a text or a region, and none follows its token.
    case needsInput(FlorenceTask)
    /// What follows the task's token is no region.
    case malformedRegion(FlorenceTask)
    /// The first corner of a region lies to the right of the second one, or below it.
    case reversedRegion(FlorenceTask)
    /// The task takes nothing but its token.
    case takesNoInput(FlorenceTask)

    public var description: String {
        switch self {
        case .empty(let valid): "The prompt is empty. Valid prompts: \(valid.joined(separator: ", "))."
        case .unknown(let prompt, let valid):
            "Unknown prompt \"\(Self.shortened(prompt))\". Valid prompts: \(valid.joined(separator: ", "))."
        case .needsInput(let task) where task.input == .region:
            "\(task.token) needs a region after it, as in \(task.token)<loc_52><loc_332><loc_932><loc_774>."
        case .malformedRegion(let task):
            "What follows \(task.token) is no region: it takes four <loc_n>, n from 0 to 999, for left, top, right and "
                + "bottom, as in \(task.token)<loc_52><loc_332><loc_932><loc_774>."
        case .reversedRegion(let task):
            "The region after \(task.token) is reversed: left (the first <loc_n>) must not be more than right (the third), "
                + "nor top (the second) more than bottom (the fourth)."
        case .needsInput(let task): "\(task.token) needs a text after it, as in \(task.token)a green car."
        case .takesNoInput(let task): "\(task.token) must stand alone: it takes no further text."
        }
    }

    private static func shortened(_ prompt: String) -> String {
        let scalars = prompt.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: 80, limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return prompt }
        return String(scalars[..<end]) + "…"
    }
}
