import Florence2
import Foundation
import JSONScanning

/// A prompt that the model gets, and how its answer is read.
struct TaskReading: Sendable, Equatable {
    let prompt: TaskPrompt
    let form: Form

    enum Form: Sendable {
        /// The text, or the JSON of a task that finds places.
        case native
        /// Its labels, or its text's parts between commas.
        case labels
    }

    /// Whether the answer is a text as it comes, and no list of places.
    var isText: Bool {
        guard form == .native else { return false }
        switch prompt.task {
        case .ocrWithRegion, .objectDetection, .denseRegionCaption, .regionProposal, .captionToPhraseGrounding,
            .referringExpressionSegmentation, .regionToSegmentation, .openVocabularyDetection:
            return false
        default: return true
        }
    }

    /// What the answer says as a text.
    func text(of caption: Caption) -> String {
        switch (form, caption.answer) {
        case (.native, .text(let text)): text
        case (.native, let answer): Self.json(answer)
        case (.labels, let answer): Self.labels(of: answer).joined(separator: ", ")
        }
    }

    /// The things that the answer names, each once.
    static func labels(of answer: Answer) -> [String] {
        let names: [String] =
            switch answer {
            case .text(let text): text.split(separator: ",").map(String.init)
            case .boxes(_, let labels), .quads(_, let labels), .polygons(_, let labels): labels
            case .boxesAndPolygons(_, let boxes, _, let polygons): boxes + polygons
            }
        var seen: Set<String> = []
        return names.map { $0.trimmingCharacters(in: .whitespacesAndNewlines) }.filter {
            !$0.isEmpty && seen.insert($0).inserted
        }
    }

    private static func json(_ answer: Answer) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.withoutEscapingSlashes, .sortedKeys]
        // Numbers that are finite and strings can always be written.
        return (try? encoder.encode(answer)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}
