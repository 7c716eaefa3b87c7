/// A decoded answer in which tokens such as `<loc_52>` mark places; indices count scalars.
struct MarkedText {
    enum Item: Equatable {
        case location(Int)
        case separator
        case polygonStart
        case polygonEnd
    }

    let scalars: [Unicode.Scalar]

    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    /// The text without `<s>`, `</s>` and `<pad>`, removed one after the other as the processor does.
    init(removingSentenceMarksFrom text: String) {
        scalars = ["<s>", "</s>", "<pad>"].reduce(Array(text.unicodeScalars)) { Self.removing($1, from: $0) }
    }

    static func removing(_ mark: String, from scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        let text = MarkedText(scalars)
        var result: [Unicode.Scalar] = []
        result.reserveCapacity(scalars.count)
        var index = 0
        while index < scalars.count {
            if let end = text.end(of: mark, at: index) {
                index = end
            } else {
                result.append(scalars[index])
                index += 1
            }
        }
        return result
    }

    func contains(_ mark: String) -> Bool { scalars.indices.contains { end(of: mark, at: $0) != nil } }

    /// Where a literal that stands at `index` ends.
    func end(of literal: String, at index: Int) -> Int? {
        var index = index
        for scalar in literal.unicodeScalars {
            guard index < scalars.count, scalars[index] == scalar else { return nil }
            index += 1
        }
        return index
    }

    func firstIndex(of scalar: Unicode.Scalar, from start: Int) -> Int? { scalars[start...].firstIndex(of: scalar) }

    /// `<loc_` digits `>` at an index. A number beyond Int's range counts as the largest.
    func location(at start: Int) -> (bin: Int, end: Int)? {
        guard var index = end(of: "<loc_", at: start) else { return nil }
        let firstDigit = index
        var bin = 0
        while index < scalars.count, let digit = Self.digit(scalars[index]) {
            let (tens, overflow1) = bin.multipliedReportingOverflow(by: 10)
            let (sum, overflow2) = tens.addingReportingOverflow(digit)
            bin = overflow1 || overflow2 ? .max : sum
            index += 1
        }
        guard index > firstDigit, index < scalars.count, scalars[index] == ">" else { return nil }
        return (bin, index + 1)
    }

    /// The bins of as many locations as stand in a row at an index, and where they end.
    func locations(at start: Int, atMost limit: Int = .max) -> (bins: [Int], end: Int) {
        var (bins, end): ([Int], Int) = ([], start)
        while bins.count < limit, let location = location(at: end) {
            bins.append(location.bin)
            end = location.end
        }
        return (bins, end)
    }

    /// The locations and polygon marks that stand in a row at an index, and where they end.
    func items(at start: Int) -> (items: [Item], end: Int) {
        var (items, index): ([Item], Int) = ([], start)
        while let (item, end) = item(at: index) {
            items.append(item)
            index = end
        }
        return (items, index)
    }

    func item(at index: Int) -> (Item, end: Int)? {
        guard index < scalars.count, scalars[index] == "<" else { return nil }
        if let (bin, end) = location(at: index) { return (.location(bin), end) }
        if let end = end(of: "<sep>", at: index) { return (.separator, end) }
        if let end = end(of: "<poly>", at: index) { return (.polygonStart, end) }
        if let end = end(of: "</poly>", at: index) { return (.polygonEnd, end) }
        return nil
    }

    /// The label that `range` holds: what `^\s*.*?` finds before a mark, stripped; nil if a newline stands inside.
    func label(_ range: Range<Int>) -> String? {
        let text = scalars[range].drop(while: Whitespace.contains)
        return text.contains("\n") ? nil : Whitespace.stripped(text)
    }

    /// `\d` of Python's patterns: a decimal digit of any script.
    private static func digit(_ scalar: Unicode.Scalar) -> Int? {
        if scalar.isASCII { return 0x30...0x39 ~= scalar.value ? Int(scalar.value) - 0x30 : nil }
        guard scalar.properties.generalCategory == .decimalNumber else { return nil }
        return scalar.properties.numericValue.map { Int($0) }
    }
}
