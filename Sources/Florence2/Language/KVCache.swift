import Tensors

/// Attention keys and values of one request: by layer those of every token that its beams were fed, and the encoder's,
/// which are the same for all beams.
///
/// No row is ever copied or moved when beams go on from others: only their paths are.
package struct KVCache {
    var layers: [Layer]
    /// Which of the layers' rows each beam has seen, token by token: row `n * beams + b` was fed to beam b at step n.
    private(set) var paths: [[UInt32]]

    init(layers: [Layer], beams: Int) {
        self.layers = layers
        paths = Array(repeating: [], count: beams)
    }

    /// How many tokens each beam has been fed.
    var length: Int { paths.first?.count ?? 0 }

    /// Rows of a step that are this request's.
    var beams: Int { paths.count }

    /// Bytes that it takes now.
    var byteCount: Int {
        layers.reduce(0) { $0 + $1.encoderMemory.byteCount + $1.keys.byteCount + $1.values.byteCount }
    }

    /// Every beam goes on to the row that it is about to be fed.
    mutating func extend() {
        let next = UInt32(length * beams)
        for beam in paths.indices { paths[beam].append(next + UInt32(beam)) }
    }

    /// Beam b goes on from what beam `beamIndices[b]` has seen.
    mutating func reorder(_ beamIndices: [Int]) { paths = beamIndices.map { paths[$0] } }

    /// What the beams attend to in a layer.
    func memory(_ layer: Int) -> Attention.Memory {
        Attention.Memory(keys: layers[layer].keys, values: layers[layer].values, paths: paths)
    }
}

extension KVCache {
    /// One decoder layer's part.
    struct Layer {
        // Shapes: keys, values [length * beams, P].
        let encoderMemory: PackedHeads
        private(set) var keys: CachedRows
        private(set) var values: CachedRows

        /// Room for the first tokens; doubled when it runs out, since most captions are short.
        private static let initialCapacity = 64

        /// Nothing of the beams' own yet, whose rows are `width` wide.
        init(beams: Int, width: Int, heads: Int, encoderMemory: PackedHeads, in workspace: Workspace) {
            self.encoderMemory = encoderMemory
            keys = CachedRows(columns: width, heads: heads, capacity: Self.initialCapacity * beams, in: workspace)
            values = CachedRows(columns: width, heads: heads, capacity: Self.initialCapacity * beams, in: workspace)
        }

        /// The most bytes for so many encoder states and tokens: what is there in the end, and the places, together as
        /// large, that the rows grew out of.
        static func byteCount(states: Int, beams: Int, tokens: Int, width: Int, in workspace: Workspace) -> Int {
            var capacity = initialCapacity
            while capacity < tokens { capacity *= 2 }
            return 2 * (states + 2 * beams * capacity) * width * workspace.precision.cachedValueSize
        }

        /// Appends these rows, one a beam, of keys and values [rows, P].
        mutating func append(keys newKeys: Tensor, values newValues: Tensor, _ rows: Range<Int>) {
            keys.append(newKeys, rows)
            values.append(newValues, rows)
        }
    }
}
