/// Polygons: runs of at least four of `<loc_N>`, `<sep>`, `<poly>`, `</poly>`, with or without a label before them.
struct PolygonParser {
    struct Instance: Equatable {
        var label: String
        /// [polygon][x, y, x, y, ...]
        var polygons: [[Float]]
    }

    let quantizer: LocationQuantizer

    /// Runs with their label: matches of `[^<]+(item){4,}`.
    func labelledInstances(in text: MarkedText) -> [Instance] {
        var instances: [Instance] = []
        var index = 0
        while let start = text.scalars[index...].firstIndex(where: { $0 != "<" }),
            let mark = text.firstIndex(of: "<", from: start)
        {
            let (items, end) = text.items(at: mark)
            index = items.count < 4 ? mark + 1 : end
            if items.count >= 4 { instances += self.instances(of: items, in: text, labelFrom: start, itemsFrom: mark) }
        }
        return instances
    }

    /// Runs alone: matches of `(item){4,}`.
    func instances(in text: MarkedText) -> [Instance] {
        var instances: [Instance] = []
        var index = 0
        while let mark = text.firstIndex(of: "<", from: index) {
            let (items, end) = text.items(at: mark)
            index = items.count < 4 ? mark + 1 : end
            // The processor drops a location at the very start before it looks for the label.
            let start = text.location(at: mark)?.end ?? mark
            if items.count >= 4 { instances += self.instances(of: items, in: text, labelFrom: start, itemsFrom: start) }
        }
        return instances
    }

    private func instances(
        of items: [MarkedText.Item], in text: MarkedText, labelFrom start: Int, itemsFrom mark: Int
    ) -> [Instance] {
        guard let end = Self.endOfLabel(in: text, from: mark), let label = text.label(start..<end) else { return [] }
        return Self.instances(of: items).compactMap { items in
            let polygons = polygons(of: items)
            return polygons.isEmpty ? nil : Instance(label: label, polygons: polygons)
        }
    }

    /// The label goes up to the first location or `<poly>`; marks of other kinds before that belong to it.
    private static func endOfLabel(in text: MarkedText, from mark: Int) -> Int? {
        var index = mark
        while let (item, end) = text.item(at: index) {
            switch item {
            case .location, .polygonStart: return index
            case .separator, .polygonEnd: index = end
            }
        }
        return nil
    }

    /// What stands in each `<poly>...</poly>`; all, where one of the two marks is absent.
    private static func instances(of items: [MarkedText.Item]) -> [ArraySlice<MarkedText.Item>] {
        guard items.contains(.polygonStart), items.contains(.polygonEnd) else { return [items[...]] }
        var instances: [ArraySlice<MarkedText.Item>] = []
        var rest = items[...]
        while let start = rest.firstIndex(of: .polygonStart), let end = rest[start...].firstIndex(of: .polygonEnd) {
            instances.append(rest[(start + 1)..<end])
            rest = rest[(end + 1)...]
        }
        return instances
    }

    /// Runs of locations that `<sep>` or the end follows, an odd last coordinate dropped.
    private func polygons(of items: ArraySlice<MarkedText.Item>) -> [[Float]] {
        var polygons: [[Float]] = []
        var bins: [Int] = []
        for item in items {
            if case .location(let bin) = item {
                bins.append(bin)
                continue
            }
            if item == .separator, !bins.isEmpty { polygons.append(polygon(bins)) }
            bins = []
        }
        if !bins.isEmpty { polygons.append(polygon(bins)) }
        return polygons
    }

    private func polygon(_ bins: [Int]) -> [Float] { quantizer.dequantize(bins.prefix(bins.count & ~1)) }
}
