/// A token that is cut out of the text before the vocabulary sees it.
struct AddedToken: Sendable, Equatable {
    var content: String
    var id: Int
    /// Must not touch word characters.
    var isSingleWord = false
    /// Swallows the white space to its left, to its right.
    var stripsLeft = false
    var stripsRight = false
    /// Sought after the others, in what they leave.
    var isNormalized = false
}

/// Splits text at added tokens: leftmost, longest; those that are not `normalized` first.
struct AddedTokens: Sendable {
    enum Piece: Equatable {
        case text(Range<Int>)
        case token(Int)
    }

    private let literal: Matcher
    private let normalized: Matcher

    init(_ tokens: [AddedToken]) {
        literal = Matcher(tokens.filter { !$0.isNormalized })
        normalized = Matcher(tokens.filter(\.isNormalized))
    }

    func split(_ text: [UInt8]) -> [Piece] {
        literal.split(text[...]).flatMap { piece in
            guard case .text(let range) = piece else { return [piece] }
            return normalized.split(text[range])
        }
    }

    /// A trie over the tokens' UTF-8.
    private struct Matcher: Sendable {
        private let tokens: [AddedToken]
        /// node << 8 | byte -> node; the root is 0.
        private var children: [Int: Int] = [:]
        /// By node: an index into `tokens`.
        private var tokenOfNode: [Int?] = [nil]

        init(_ tokens: [AddedToken]) {
            self.tokens = tokens
            for (index, token) in tokens.enumerated() where !token.content.isEmpty {
                var node = 0
                for byte in token.content.utf8 {
                    let key = node << 8 | Int(byte)
                    node = children[key] ?? tokenOfNode.count
                    if node == tokenOfNode.count {
                        children[key] = node
                        tokenOfNode.append(nil)
                    }
                }
                tokenOfNode[node] = index
            }
        }

        func split(_ text: ArraySlice<UInt8>) -> [Piece] {
            var pieces: [Piece] = []
            var done = text.startIndex
            var position = text.startIndex
            while position < text.endIndex {
                guard let (token, end) = longestMatch(in: text, at: position) else {
                    position += 1
                    continue
                }
                if !token.isSingleWord || standsAlone(position..<end, in: text) {
                    var start = position
                    if token.stripsLeft { start = max(done, startOfSpace(in: text, before: start)) }
                    if done < start { pieces.append(.text(done..<start)) }
                    pieces.append(.token(token.id))
                    done = token.stripsRight ? endOfSpace(in: text, from: end) : end
                }
                position = end
            }
            if done < text.endIndex { pieces.append(.text(done..<text.endIndex)) }
            return pieces
        }

        private func longestMatch(in text: ArraySlice<UInt8>, at start: Int) -> (token: AddedToken, end: Int)? {
            var (node, index) = (0, start)
            var longest: (token: AddedToken, end: Int)?
            while index < text.endIndex, let child = children[node << 8 | Int(text[index])] {
                (node, index) = (child, index + 1)
                if let token = tokenOfNode[node] { longest = (tokens[token], index) }
            }
            return longest
        }

        private func standsAlone(_ range: Range<Int>, in text: ArraySlice<UInt8>) -> Bool {
            let (start, end) = (range.lowerBound, range.upperBound)
            if start > text.startIndex,
                CharacterClass.isWord(ScalarCursor.previous(text, before: start).scalar)
            {
                return false
            }
            return end == text.endIndex || !CharacterClass.isWord(ScalarCursor.next(text, at: end).scalar)
        }

        private func startOfSpace(in text: ArraySlice<UInt8>, before end: Int) -> Int {
            var start = end
            while start > text.startIndex,
                case let previous = ScalarCursor.previous(text, before: start),
                CharacterClass(previous.scalar) == .whitespace
            {
                start = previous.start
            }
            return start
        }

        private func endOfSpace(in text: ArraySlice<UInt8>, from start: Int) -> Int {
            var end = start
            while end < text.endIndex,
                case let next = ScalarCursor.next(text, at: end),
                CharacterClass(next.scalar) == .whitespace
            {
                end = next.end
            }
            return end
        }
    }
}

/// The 1024 tokens that Florence-2's processor adds to BART's vocabulary, in its order (ids 50265...51288 there).
enum Florence2Tokens {
    static let all: [String] =
        ["<od>", "</od>", "<ocr>", "</ocr>"]
        + (0..<1000).map { "<loc_\($0)>" }
        + ["<cap>", "</cap>", "<ncap>", "</ncap>", "<dcap>", "</dcap>"]
        + ["<grounding>", "</grounding>", "<seg>", "</seg>", "<sep>"]
        // The misspelling is the processor's.
        + ["<region_cap>", "</region_cap>", "<region_to_desciption>", "</region_to_desciption>"]
        + ["<proposal>", "</proposal>", "<poly>", "</poly>", "<and>"]
}
