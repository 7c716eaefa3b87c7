/// A pattern of names, as a shell has them: `*` and `?` match no slash, `**` does; `[a-z]`, `[!a]`, and `\` before a
/// character that is meant as it is.
package struct Glob: Sendable, Equatable {
    private enum Piece: Sendable, Equatable {
        case literal(Unicode.Scalar)
        case one
        case any
        case anyWithSlashes
        case of([ClosedRange<UInt32>], isNegated: Bool)
    }

    private let pieces: [Piece]

    package init(_ pattern: String) {
        pieces = Self.parse(Array(pattern.unicodeScalars))
    }

    /// Whether all of the text is like the pattern.
    package func matches(_ text: String) -> Bool {
        // Which pieces may be next, after each character; so no pattern takes more than pieces x characters.
        var states = Set([0])
        for scalar in text.unicodeScalars {
            states = Set(reached(states).flatMap { step($0, scalar) })
            if states.isEmpty { return false }
        }
        return reached(states).contains(pieces.count)
    }

    /// The states, and those behind stars that match nothing.
    private func reached(_ states: Set<Int>) -> Set<Int> {
        var all = states
        for state in states {
            var next = state
            while next < pieces.count, pieces[next] == .any || pieces[next] == .anyWithSlashes {
                next += 1
                all.insert(next)
            }
        }
        return all
    }

    private func step(_ state: Int, _ scalar: Unicode.Scalar) -> [Int] {
        guard state < pieces.count else { return [] }
        switch pieces[state] {
        case .literal(let wanted): return wanted == scalar ? [state + 1] : []
        case .one: return scalar == "/" ? [] : [state + 1]
        case .any: return scalar == "/" ? [] : [state]
        case .anyWithSlashes: return [state]
        case .of(let ranges, let isNegated):
            let isInside = ranges.contains { $0.contains(scalar.value) }
            return scalar != "/" && isInside != isNegated ? [state + 1] : []
        }
    }

    private static func parse(_ pattern: [Unicode.Scalar]) -> [Piece] {
        var pieces: [Piece] = []
        var index = 0
        while index < pattern.count {
            let scalar = pattern[index]
            index += 1
            switch scalar {
            case "?": pieces.append(.one)
            case "*":
                let isDouble = index < pattern.count && pattern[index] == "*"
                if isDouble { index += 1 }
                pieces.append(isDouble ? .anyWithSlashes : .any)
            case "[":
                if let (set, end) = set(pattern, from: index) {
                    pieces.append(set)
                    index = end
                } else {
                    pieces.append(.literal(scalar))
                }
            case "\\" where index < pattern.count:
                pieces.append(.literal(pattern[index]))
                index += 1
            default: pieces.append(.literal(scalar))
            }
        }
        return pieces
    }

    /// What stands between brackets, and where it ends; `nil` without a closing one. A first `]` is a character.
    private static func set(_ pattern: [Unicode.Scalar], from start: Int) -> (Piece, Int)? {
        var index = start
        let isNegated = index < pattern.count && (pattern[index] == "!" || pattern[index] == "^")
        if isNegated { index += 1 }
        var ranges: [ClosedRange<UInt32>] = []
        while index < pattern.count, pattern[index] != "]" || ranges.isEmpty {
            let low = pattern[index].value
            if index + 2 < pattern.count, pattern[index + 1] == "-", pattern[index + 2] != "]" {
                let high = pattern[index + 2].value
                ranges.append(low...max(low, high))
                index += 3
            } else {
                ranges.append(low...low)
                index += 1
            }
        }
        return index < pattern.count ? (.of(ranges, isNegated: isNegated), index + 1) : nil
    }
}
