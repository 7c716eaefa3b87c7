/// How the answers of several tasks become one caption: `{trigger}, {caption} {tags}`.
package struct CaptionTemplate: Sendable, Equatable {
    private enum Piece: Sendable, Equatable {
        case text(String)
        case answer(Int)
        case trigger
        case name
        case folder
    }

    private let pieces: [Piece]

    /// Reads a template; `{{` and `}}` are braces.
    /// - Throws: `ClientError.badTemplate`.
    package init(_ text: String, tasks: TaskList) throws(ClientError) {
        var pieces: [Piece] = []
        var (literal, rest) = ("", text[...])
        while let character = rest.popFirst() {
            if character == "{" || character == "}", rest.first == character {
                literal.append(character)
                rest = rest.dropFirst()
            } else if character == "{" {
                guard let end = rest.firstIndex(of: "}") else { throw .badTemplate("a { has no }") }
                if !literal.isEmpty { pieces.append(.text(literal)) }
                literal = ""
                pieces.append(try Self.field(String(rest[..<end]), tasks))
                rest = rest[end...].dropFirst()
            } else if character == "}" {
                throw .badTemplate("a } has no {")
            } else {
                literal.append(character)
            }
        }
        if !literal.isEmpty { pieces.append(.text(literal)) }
        self.pieces = pieces
        guard pieces.contains(where: { if case .answer = $0 { true } else { false } }) else {
            throw .badTemplate("it has no task's answer, such as {\(Self.known(tasks).first ?? "caption")}")
        }
    }

    /// The answers one after the other.
    package init(joining tasks: TaskList, separator: String = ", ") {
        pieces = Array(tasks.prompts.indices.map { [.answer($0)] }.joined(separator: [.text(separator)]))
    }

    /// Whether the trigger has its place.
    package var hasTrigger: Bool { pieces.contains(.trigger) }

    private static func field(_ name: String, _ tasks: TaskList) throws(ClientError) -> Piece {
        let name = name.lowercased()
        switch name {
        case "trigger": return .trigger
        case "name": return .name
        case "folder": return .folder
        default:
            guard let index = tasks.tasks.firstIndex(where: { $0?.fields.contains(name) ?? false }) else {
                throw .badTemplate(
                    "there is no {\(name)}, only "
                        + (known(tasks) + ["trigger", "name", "folder"]).map { "{\($0)}" }.joined(separator: ", "))
            }
            return .answer(index)
        }
    }

    private static func known(_ tasks: TaskList) -> [String] { tasks.tasks.flatMap { $0?.fields ?? [] } }

    /// The caption. With a field that is empty goes the comma, or what other marks part it from the one before.
    /// - Parameter name: The image's path below the folder.
    package func fill(answers: [String], trigger: String, name: String) -> String {
        var (caption, gap, isAfterHole) = ("", "", false)
        for piece in pieces {
            if case .text(let text) = piece {
                gap += text
                continue
            }
            let value = value(of: piece, answers, trigger, name)
            if isAfterHole && caption.isEmpty || value.isEmpty, Self.isOnlyMarks(gap) { gap = "" }
            if !value.isEmpty {
                caption += gap + value
                gap = ""
            }
            isAfterHole = value.isEmpty
        }
        return isAfterHole && Self.isOnlyMarks(gap) ? caption : caption + gap
    }

    private func value(of piece: Piece, _ answers: [String], _ trigger: String, _ name: String) -> String {
        switch piece {
        case .text(let text): text
        case .answer(let index): index < answers.count ? answers[index] : ""
        case .trigger: trigger
        case .name: String(FileName(FileName(name).stem).last)
        case .folder: Self.folder(of: name)
        }
    }

    private static func isOnlyMarks(_ text: String) -> Bool { !text.contains { $0.isLetter || $0.isNumber } }

    /// The folder that an image is in; empty at the top.
    private static func folder(of name: String) -> String {
        let folder = FileName(name).folder
        return folder == "." ? "" : String(FileName(folder).last)
    }
}
