import Tensors

/// Attention keys and values of one request: its beams' own by layer, the encoder's once for all beams.
struct KVCache {
    var layers: [Layer]

    /// How many tokens each beam has been fed.
    var length: Int { layers.first?.length ?? 0 }

    /// Rows of a step that are this request's.
    var beams: Int { layers.first?.beams ?? 0 }

    /// Beam b goes on from what beam `beamIndices[b]` has seen.
    mutating func reorder(_ beamIndices: [Int]) {
        for index in layers.indices { layers[index].reorder(beamIndices) }
    }
}

extension KVCache {
    /// One decoder layer's part.
    struct Layer {
        // Shapes: keys, values [length, P] a beam.
        let encoderMemory: PackedHeads
        private(set) var keys: [CachedRows]
        private(set) var values: [CachedRows]

        /// Room for the first tokens; doubled when it runs out, since most captions are short.
        private static let initialCapacity = 64

        /// Nothing of the beams' own yet, whose rows are `width` wide.
        init(beams: Int, width: Int, encoderMemory: PackedHeads, in workspace: Workspace) {
            self.encoderMemory = encoderMemory
            let empty = CachedRows(columns: width, capacity: Self.initialCapacity, in: workspace)
            keys = Array(repeating: empty, count: beams)
            values = keys
        }

        /// How many tokens each beam has been fed.
        var length: Int { keys.first?.count ?? 0 }
        var beams: Int { keys.count }

        /// Appends one row a beam, from row `first` of keys and values [rows, P] on.
        mutating func append(keys newKeys: Tensor, values newValues: Tensor, from first: Int) {
            for beam in keys.indices {
                keys[beam].append(newKeys, first + beam..<first + beam + 1)
                values[beam].append(newValues, first + beam..<first + beam + 1)
            }
        }

        /// Beam b goes on from what beam `beamIndices[b]` has seen; what two beams share is copied when they go on.
        mutating func reorder(_ beamIndices: [Int]) {
            keys = beamIndices.map { keys[$0] }
            values = beamIndices.map { values[$0] }
        }
    }
}
