/// A parsed prompt: which task, and the sentence that goes to the tokenizer.
///
/// Forgiving: `CAPTION`, `<caption>`, ` <CAPTION> ` and `detailed caption` mean what they say. A task with input wants
/// its token in angle brackets, any case; the text after it keeps its case.
public struct TaskPrompt: Sendable, Equatable {
    /// The prompt as sent.
    public let original: String
    /// nil: literal text, as `extraPrompts` and `anyPrompt` allow it.
    public let task: FlorenceTask?
    /// The sentence for the tokenizer.
    public let text: String

    /// The seven prompts of the PromptGen models, in the order of the original server.
    public static let promptGenPrompts: [String] = FlorenceTask.allCases.prefix(7).map(\.token)

    /// The token of every task.
    public static let allPrompts: [String] = FlorenceTask.allCases.map(\.token)

    /// Parses a prompt, surrounding white space apart.
    ///
    /// - Parameters:
    ///   - extraPrompts: words of other fine-tunes, such as `<DocVQA>`: a prompt that equals one, or starts with one
    ///     that ends in `>`, goes to the model literally, the word in the spelling given here. They win over tasks.
    ///   - anyPrompt: what is no task goes to the model literally.
    public init(_ prompt: String, extraPrompts: [String] = [], anyPrompt: Bool = false) throws(TaskPromptError) {
        let stripped = Whitespace.stripped(prompt)
        let valid = Self.allPrompts + extraPrompts
        if stripped.isEmpty { throw .empty(valid: valid) }
        original = prompt
        if let literal = Self.literal(stripped, extraPrompts) {
            (task, text) = (nil, literal)
        } else if let (task, input) = Self.findTask(in: stripped) {
            try Self.check(task, input: input)
            (self.task, text) = (task, task.sentence(input: input))
        } else if anyPrompt {
            (task, text) = (nil, stripped)
        } else {
            throw .unknown(prompt: stripped, valid: valid)
        }
    }

    private static func literal(_ prompt: String, _ extraPrompts: [String]) -> String? {
        let extraPrompts = extraPrompts.map(Whitespace.stripped).filter { !$0.isEmpty }
        let isSame: [(UInt8, UInt8) -> Bool] = [{ $0 == $1 }, { lowercased($0) == lowercased($1) }]
        for isSame in isSame {
            for extra in extraPrompts {
                let rest = prompt.utf8.dropFirst(extra.utf8.count)
                guard prompt.utf8.prefix(extra.utf8.count).elementsEqual(extra.utf8, by: isSame) else { continue }
                if rest.isEmpty || extra.utf8.last == UInt8(ascii: ">") { return extra + String(Substring(rest)) }
            }
        }
        return nil
    }

    /// The task that the prompt starts with, or names in words, or else carries anywhere, as the processor finds it.
    private static func findTask(in prompt: String) -> (FlorenceTask, input: String)? {
        let scalars = Array(prompt.unicodeScalars)
        if scalars.first != "<", let task = task(named: scalars[...]) { return (task, "") }
        if scalars.first == "<", let end = scalars.firstIndex(of: ">"), let task = task(named: scalars[1..<end]) {
            return (task, input(Array(scalars[(end + 1)...]), without: task))
        }
        let text = MarkedText(scalars)
        guard let task = FlorenceTask.allCases.first(where: { text.contains($0.token) }) else { return nil }
        return (task, input(scalars, without: task))
    }

    /// `detailed caption`, `Detailed_Caption` and `DETAILED-CAPTION` are one name.
    private static func task(named name: ArraySlice<Unicode.Scalar>) -> FlorenceTask? {
        let words = name.split { $0 == "_" || $0 == "-" || Whitespace.contains($0) }
        let canonical = words.joined(separator: ["_"]).map { $0.isASCII ? lowercased(UInt8(ascii: $0)) : 0 }
        return FlorenceTask.allCases.first {
            $0.token.utf8.dropFirst().dropLast().elementsEqual(canonical) { lowercased($0) == $1 }
        }
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { 0x41...0x5A ~= byte ? byte | 0x20 : byte }

    /// The processor's rule: every occurrence of the token goes, then the white space around what is left.
    private static func input(_ scalars: [Unicode.Scalar], without task: FlorenceTask) -> String {
        Whitespace.stripped(MarkedText.removing(task.token, from: scalars))
    }

    private static func check(_ task: FlorenceTask, input: String) throws(TaskPromptError) {
        if task.input == .none {
            if !input.isEmpty { throw .takesNoInput(task) }
            return
        }
        if input.isEmpty { throw .needsInput(task) }
        let text = MarkedText(Array(input.unicodeScalars))
        if let other = FlorenceTask.allCases.first(where: { $0.input == .none && text.contains($0.token) }) {
            throw .takesNoInput(other)
        }
        if task.input == .region { try checkRegion(input, of: task) }
    }

    /// Four places, each in the one spelling that is a token; white space between them goes to the model as it is.
    private static func checkRegion(_ input: String, of task: FlorenceTask) throws(TaskPromptError) {
        let scalars = Array(input.unicodeScalars).filter { !Whitespace.contains($0) }
        let bins = MarkedText(scalars).locations(at: 0, atMost: 5).bins
        let text = bins.map { "<loc_\($0)>" }.joined()
        guard bins.count == 4, bins.allSatisfy({ $0 <= 999 }), scalars.elementsEqual(text.unicodeScalars) else {
            throw .malformedRegion(task)
        }
        guard bins[0] <= bins[2], bins[1] <= bins[3] else { throw .reversedRegion(task) }
    }
}
