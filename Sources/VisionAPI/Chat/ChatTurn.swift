import Foundation

/// Which messages of a chat are what is asked now: clients send all of a conversation each time, and some of them spread
/// one question over several messages.
struct ChatTurn {
    var text = ""
    var system: String?
    var images: [ChatImage] = []

    /// Begins at the last message of the user, as messages behind it are drafts of an answer.
    ///
    /// With text and image it stands alone. A text takes the messages with only images right before it; images take
    /// those with only images or only text right before them. If there is still no image, the newest one of the chat
    /// is meant, and what was said with it counts where the last message only says that it wants JSON.
    init(_ messages: [ChatMessage]) {
        let system = messages.filter { $0.role == .system && $0.hasText }.map(\.text)
        self.system = system.isEmpty ? nil : system.joined(separator: "\n")
        let asks = messages.lastIndex { $0.role == .user && ($0.hasText || $0.hasImage) }
        guard let last = asks ?? messages.lastIndex(where: \.hasImage) else { return }
        let parts = Self.run(endingAt: last, messages)
        text = parts.filter(\.hasText).map(\.text).joined(separator: "\n")
        images = parts.flatMap(\.images)
        guard images.isEmpty, let earlier = messages[..<last].last(where: \.hasImage) else {
            return
        }
        images = earlier.images
        if JSONWish.isAll(of: text), earlier.hasText { text = earlier.text + "\n" + text }
    }

    private static func run(endingAt last: Int, _ messages: [ChatMessage]) -> ArraySlice<ChatMessage> {
        let end = messages[last]
        if end.hasText && end.hasImage { return messages[last...last] }
        var first = last
        while first > 0 {
            let message = messages[first - 1]
            guard message.role == .user, message.hasText != message.hasImage else { break }
            guard message.hasImage || end.hasImage else { break }
            first -= 1
        }
        return messages[first...last]
    }
}

/// Whether a text only says that it wants JSON, and of what form.
enum JSONWish {
    /// Sentences longer than that say more.
    private static let maxSentence = 160

    /// Longer texts say more, whatever it is.
    private static let maxText = 32 << 10

    static func isAll(of text: String) -> Bool {
        guard text.utf8.count <= maxText else { return false }
        let words = withoutFences(text).lowercased()
        guard words.contains("json") else { return false }
        let sentences = words.split { ".!?:\n".contains($0) }.map { $0.filter { !$0.isWhitespace } }
            .filter { !$0.isEmpty && !"{[\"}],".contains($0.first ?? "{") }
        return sentences.allSatisfy { sentence in
            sentence.count < maxSentence && ["json", "schema", "format"].contains { sentence.contains($0) }
        }
    }

    private static func withoutFences(_ text: String) -> String {
        text.components(separatedBy: "```").enumerated().filter { $0.offset % 2 == 0 }.map(\.element).joined()
    }
}
