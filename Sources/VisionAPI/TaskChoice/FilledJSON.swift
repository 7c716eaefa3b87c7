import Florence2
import Foundation
import JSONScanning

/// The answers of tasks as JSON: texts and numbers are the newest image's, lists are those of all images.
struct FilledJSON {
    let prompts: [TaskPrompt]
    /// By image, and then by prompt.
    let captions: [[Caption]]

    /// - Throws: `TaskChoiceError.unfulfilled` for a required value that is not what its schema takes.
    func text(of filling: Filling) throws(TaskChoiceError) -> String {
        if case .native(let task) = filling { return text(task) }
        return try value(of: filling).text
    }

    private func value(of filling: Filling) throws(TaskChoiceError) -> JSONTree {
        switch filling {
        case .constant(let value): return value
        case .text(let task, let name, let length):
            let text = Self.shortened(text(task), to: length.max)
            guard length.contains(text.unicodeScalars.count) else { throw .unfulfilled(property: name) }
            return .string(text)
        case .probability(let task): return caption(task).map(Self.probability) ?? .null
        case .native(let task): return (try? JSONTree(text: text(task))) ?? .null
        case .list(let task, let name, let count, let element):
            let things = things(task, element).prefix(count.max)
            guard count.contains(things.count) else { throw .unfulfilled(property: name) }
            return .array(Array(things))
        case .single(let filling, let max): return .array(Array(try values(of: filling).prefix(max)))
        case .object(let members): return .object(try values(of: members))
        case .nullable(let filling):
            do throws(TaskChoiceError) { return try value(of: filling) } catch { return .null }
        }
    }

    /// What each image gives, each once, the newest one's if there is room for one only.
    private func values(of filling: Filling) throws(TaskChoiceError) -> [JSONTree] {
        var values: [JSONTree] = []
        for image in captions.reversed() {
            let value = try FilledJSON(prompts: prompts, captions: [image]).value(of: filling)
            if !values.contains(value) { values.append(value) }
        }
        return values
    }

    private func values(of members: [Filling.Member]) throws(TaskChoiceError) -> [JSONTree.Member] {
        var values: [JSONTree.Member] = []
        for member in members {
            do throws(TaskChoiceError) {
                values.append(.init(member.name, try value(of: member.filling)))
            } catch {
                if member.isRequired { throw error }
            }
        }
        return values
    }

    private func caption(_ task: TaskReading, of image: [Caption]? = nil) -> Caption? {
        let captions = image ?? captions.last ?? []
        let place = prompts.firstIndex { $0.text == task.prompt.text }
        return place.flatMap { captions.indices.contains($0) ? captions[$0] : nil }
    }

    private func text(_ task: TaskReading) -> String {
        caption(task).map(task.text) ?? ""
    }

    /// The things of all images, each once.
    private func things(_ task: TaskReading, _ label: Filling.Label) -> [JSONTree] {
        var seen: Set<String> = []
        return captions.flatMap { image -> [JSONTree] in
            guard let caption = caption(task, of: image) else { return [] }
            return TaskReading.labels(of: caption.answer).compactMap { name in
                let thing = Self.thing(label, name, caption)
                return thing != nil && seen.insert(name.lowercased()).inserted ? thing : nil
            }
        }
    }

    /// `nil` for a thing whose name is none that the list takes.
    private static func thing(_ label: Filling.Label, _ name: String, _ caption: Caption) -> JSONTree? {
        switch label {
        case .name(let length, let known):
            let name = known.map { $0.first { $0.lowercased() == name.lowercased() } } ?? name
            return name.flatMap { length.contains($0.unicodeScalars.count) ? .string($0) : nil }
        case .probability: return probability(caption)
        case .constant(let value): return value
        case .object(let members):
            var values: [JSONTree.Member] = []
            for member in members {
                guard let value = thing(member.label, name, caption) else { return nil }
                values.append(.init(member.name, value))
            }
            return .object(values)
        }
    }

    /// More than three digits would say more than is meant.
    private static func probability(_ caption: Caption) -> JSONTree {
        let thousandths = Int((caption.meanTokenProbability * 1000).rounded())
        guard 1..<1000 ~= thousandths else { return .number(thousandths > 0 ? "1" : "0") }
        var digits = Array(String(1000 + thousandths).dropFirst())
        while digits.last == "0" { digits.removeLast() }
        return .number("0." + String(digits))
    }

    /// As many whole words as there is room for.
    private static func shortened(_ text: String, to limit: Int) -> String {
        let scalars = text.unicodeScalars
        guard let end = scalars.index(scalars.startIndex, offsetBy: max(0, limit), limitedBy: scalars.endIndex),
            end < scalars.endIndex
        else { return text }
        let head = scalars[..<end]
        let isWhole = scalars[end].properties.isWhitespace
        let words = isWhole ? head : head.lastIndex { $0.properties.isWhitespace }.map { head[..<$0] } ?? head
        return String(String.UnicodeScalarView(words)).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}
