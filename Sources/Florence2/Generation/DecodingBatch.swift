import Tensors

/// Answers that are being written, of one request or of several: a step reads the weights once for all of them.
///
/// Kernels give a row the same result in any company, so an answer is the same as if it were written alone.
struct DecodingBatch {
    /// An answer's search and what the decoder keeps of it.
    struct Sequence {
        let id: Int
        fileprivate var search: BeamSearch
        fileprivate var tokens: [Int]
        fileprivate var cache: KVCache

        init(id: Int, search: BeamSearch, cache: KVCache) {
            self.id = id
            self.search = search
            tokens = search.firstTokens
            self.cache = cache
        }
    }

    private var sequences: [Sequence] = []

    var isEmpty: Bool { sequences.isEmpty }
    var count: Int { sequences.count }

    mutating func append(_ sequence: Sequence) { sequences.append(sequence) }

    mutating func remove(where isUnwanted: (Int) -> Bool) { sequences.removeAll { isUnwanted($0.id) } }

    /// Feeds the last token of every beam and lets each search choose; answers who has finished, and forgets them.
    mutating func step(_ model: Florence2Model, in workspace: Workspace) -> [(id: Int, hypothesis: Hypothesis)] {
        let logProbabilities = Reduction.logSoftmax(logits(model, workspace), in: workspace)
        var finished: [(id: Int, hypothesis: Hypothesis)] = []
        logProbabilities.withUnsafeMutableBufferPointer { values in
            var row = 0
            for index in sequences.indices {
                let rows = row..<row + sequences[index].cache.beams
                row = rows.upperBound
                let columns = logProbabilities.columns
                let part = values[rows.lowerBound * columns..<rows.upperBound * columns]
                switch sequences[index].search.advance(UnsafeMutableBufferPointer(rebasing: part)) {
                case .finished(let hypothesis): finished.append((sequences[index].id, hypothesis))
                case .feed(let next, let beamIndices):
                    sequences[index].tokens = next
                    sequences[index].cache.reorder(beamIndices)
                }
            }
        }
        remove { id in finished.contains { $0.id == id } }
        return finished
    }

    private mutating func logits(_ model: Florence2Model, _ workspace: Workspace) -> Tensor {
        // Moved out and back, not copied: a cache that has two owners is copied when it grows.
        var caches = sequences.indices.map { index in
            let cache = sequences[index].cache
            sequences[index].cache = KVCache(layers: [])
            return cache
        }
        defer { for index in caches.indices.reversed() { sequences[index].cache = caches.removeLast() } }
        return model.logits(feeding: sequences.flatMap(\.tokens), caches: &caches, in: workspace)
    }
}
