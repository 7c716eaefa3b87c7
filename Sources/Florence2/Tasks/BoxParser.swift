/// Labels with boxes: `car<loc_1><loc_2><loc_3><loc_4>wheel<loc_5>...`; each run of at least four locations counts.
struct BoxParser {
    /// Labels that are passed over, boxes and all.
    var bannedLabels: Set<String> = []
    let quantizer: LocationQuantizer

    /// Label and boxes, in order: matches of `[^<]+(<loc_\d+>){4,}`.
    func labelledBoxes(in text: MarkedText) -> Answer {
        var (bboxes, labels): ([[Float]], [String]) = ([], [])
        var index = 0
        while let start = text.scalars[index...].firstIndex(where: { $0 != "<" }),
            let mark = text.firstIndex(of: "<", from: start)
        {
            let (bins, end) = text.locations(at: mark)
            index = bins.count < 4 ? mark + 1 : end
            guard bins.count >= 4, let label = text.label(start..<mark), !bannedLabels.contains(label) else { continue }
            append(bins, labelled: Self.asciiOnly(label), to: &bboxes, &labels)
        }
        return .boxes(bboxes: bboxes, labels: labels)
    }

    /// Boxes without labels: matches of `(<loc_\d+>){4,}`.
    func boxes(in text: MarkedText) -> Answer {
        var (bboxes, labels): ([[Float]], [String]) = ([], [])
        var index = 0
        while let mark = text.firstIndex(of: "<", from: index) {
            let (bins, end) = text.locations(at: mark)
            index = bins.count < 4 ? mark + 1 : end
            if bins.count >= 4 { append(bins, labelled: "", to: &bboxes, &labels) }
        }
        return .boxes(bboxes: bboxes, labels: labels)
    }

    private func append(_ bins: [Int], labelled label: String, to bboxes: inout [[Float]], _ labels: inout [String]) {
        for start in stride(from: 0, through: bins.count - 4, by: 4) {
            bboxes.append(quantizer.dequantize(bins[start..<start + 4]))
            labels.append(label)
        }
    }

    /// The processor drops what is not ASCII, after stripping.
    private static func asciiOnly(_ label: String) -> String {
        String(String.UnicodeScalarView(label.unicodeScalars.filter(\.isASCII)))
    }
}
