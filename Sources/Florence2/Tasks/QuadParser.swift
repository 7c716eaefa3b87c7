/// Text lines with quadrilaterals: the shortest text on one line before each eight locations, `(.+?)(<loc_\d+>){8}`.
struct QuadParser {
    let quantizer: LocationQuantizer

    func quads(in text: MarkedText) -> Answer {
        var (quadBoxes, labels): ([[Float]], [String]) = ([], [])
        var start = 0
        var index = 0
        while index < text.scalars.count {
            if text.scalars[index] == "\n" {
                start = index + 1
            } else if index > start, text.scalars[index] == "<" {
                let (bins, end) = text.locations(at: index, atMost: 8)
                if bins.count == 8 {
                    quadBoxes.append(quantizer.dequantize(bins))
                    labels.append(Whitespace.stripped(text.scalars[start..<index]))
                    (start, index) = (end, end)
                    continue
                }
            }
            index += 1
        }
        return .quads(quadBoxes: quadBoxes, labels: labels)
    }
}
