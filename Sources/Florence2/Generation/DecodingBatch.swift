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
        /// The most that the cache may come to.
        fileprivate let byteCount: Int

        init(id: Int, search: BeamSearch, cache: KVCache, byteCount: Int) {
            self.id = id
            self.byteCount = byteCount
            self.search = search
            tokens = search.firstTokens
            self.cache = cache
        }
    }

    private var sequences: [Sequence] = []

    /// Whose answers these are.
    var ids: [Int] { sequences.map(\.id) }

    /// Beams of each answer.
    var rows: [Int] { sequences.map(\.cache.beams) }

    /// The most bytes that these answers may take beyond those that they have.
    var bytesToCome: Int { sequences.reduce(0) { $0 + max(0, $1.byteCount - $1.cache.byteCount) } }

    mutating func append(_ sequence: Sequence) { sequences.append(sequence) }

    mutating func remove(where isUnwanted: (Int) -> Bool) { sequences.removeAll { isUnwanted($0.id) } }

    /// Feeds the last token of every beam and lets each search choose; answers who has finished, and forgets them.
    ///
    /// A result is a failure where the model's scores are no numbers.
    mutating func step(
        _ model: Florence2Model, in workspace: Workspace
    ) -> [(id: Int, result: Result<Hypothesis, ModelError>)] {
        var finished: [(id: Int, result: Result<Hypothesis, ModelError>)] = []
        for (index, step) in zip(sequences.indices, steps(logits(model, workspace), workspace)) {
            switch step {
            case .finished(let hypothesis): finished.append((sequences[index].id, .success(hypothesis)))
            case .damaged: finished.append((sequences[index].id, .failure(.damagedNumbers)))
            case .feed(let next, let beamIndices):
                sequences[index].tokens = next
                sequences[index].cache.reorder(beamIndices)
            }
        }
        remove { id in finished.contains { $0.id == id } }
        return finished
    }

    /// What each search chooses; they are independent of each other.
    private mutating func steps(_ logits: Tensor, _ workspace: Workspace) -> [BeamSearch.Step] {
        let logProbabilities = Reduction.logSoftmax(logits, in: workspace)
        let rows = rows
        let firsts = rows.indices.map { rows[..<$0].reduce(0, +) }
        return [BeamSearch.Step](unsafeUninitializedCapacity: rows.count) { steps, count in
            sequences.withUnsafeMutableBufferPointer { sequences in
                workspace.pool.run(rows.count) { index in
                    let part = firsts[index]..<firsts[index] + rows[index]
                    let step = logits.withRows(part) { logits in
                        logProbabilities.withRows(part) {
                            sequences[index].search.advance(logits: logits, $0, in: workspace)
                        }
                    }
                    steps.initializeElement(at: index, to: step)
                }
            }
            count = rows.count
        }
    }

    private mutating func logits(_ model: Florence2Model, _ workspace: Workspace) -> Tensor {
        // Moved out and back, not copied: a cache that has two owners is copied when it grows.
        var caches = sequences.indices.map { index in
            let cache = sequences[index].cache
            sequences[index].cache = KVCache(layers: [], beams: 0)
            return cache
        }
        defer { for index in caches.indices.reversed() { sequences[index].cache = caches.removeLast() } }
        return model.logits(feeding: sequences.flatMap(\.tokens), caches: &caches, in: workspace)
    }
}
