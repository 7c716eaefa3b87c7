import Tensors

/// Attention keys and values of one request: its beams' own by layer, the encoder's once for all beams.
struct KVCache {
    var layers: [Layer]

    /// How many tokens each beam has been fed.
    var length: Int { layers.first?.length ?? 0 }

    /// Beam b goes on from what beam `beamIndices[b]` has seen.
    mutating func reorder(_ beamIndices: [Int]) {
        for index in layers.indices { layers[index].reorder(beamIndices) }
    }
}

extension KVCache {
    /// One decoder layer's part.
    struct Layer {
        // Shapes: keys, values [capacity, P] a beam, `length` rows filled; encoder keys, values [T, P].
        let encoderKeys: Tensor
        let encoderValues: Tensor
        private(set) var keys: [Tensor]
        private(set) var values: [Tensor]
        private(set) var length = 0
        private let workspace: Workspace

        /// Room for the first tokens; doubled when it runs out, since most captions are short.
        private static let initialCapacity = 64

        init(beams: Int, encoderKeys: Tensor, encoderValues: Tensor, workspace: Workspace) {
            self.encoderKeys = encoderKeys
            self.encoderValues = encoderValues
            self.workspace = workspace
            let shape = [Self.initialCapacity, encoderKeys.columns]
            keys = (0..<beams).map { _ in workspace.tensor(shape) }
            values = (0..<beams).map { _ in workspace.tensor(shape) }
        }

        /// Filled rows of each beam.
        var lengths: [Int] { Array(repeating: length, count: keys.count) }

        /// Appends one row a beam: keys and values [B, P].
        mutating func append(keys newKeys: Tensor, values newValues: Tensor) {
            for beam in keys.indices {
                if length == keys[beam].rows {
                    keys[beam] = copy(keys[beam], capacity: 2 * length)
                    values[beam] = copy(values[beam], capacity: 2 * length)
                }
                keys[beam].setRow(length, to: newKeys, row: beam)
                values[beam].setRow(length, to: newValues, row: beam)
            }
            length += 1
        }

        /// The first beam that follows a parent takes over its tensors, further ones get copies.
        mutating func reorder(_ beamIndices: [Int]) {
            let (oldKeys, oldValues) = (keys, values)
            var taken: Set<Int> = []
            for (beam, parent) in beamIndices.enumerated() {
                let isFirst = taken.insert(parent).inserted
                keys[beam] = isFirst ? oldKeys[parent] : copy(oldKeys[parent], capacity: oldKeys[parent].rows)
                values[beam] = isFirst ? oldValues[parent] : copy(oldValues[parent], capacity: oldValues[parent].rows)
            }
        }

        private func copy(_ tensor: Tensor, capacity: Int) -> Tensor {
            let result = workspace.tensor([capacity, tensor.columns])
            tensor.withUnsafeBufferPointer { source in
                result.withUnsafeMutableBufferPointer { target in
                    guard let from = source.baseAddress, let to = target.baseAddress else { return }
                    to.update(from: from, count: length * tensor.columns)
                }
            }
            return result
        }
    }
}

extension Tensor {
    /// Overwrites one row with a row of another tensor of as many columns.
    fileprivate func setRow(_ index: Int, to other: Tensor, row: Int) {
        other.withUnsafeBufferPointer { source in
            withUnsafeMutableBufferPointer { target in
                guard let from = source.baseAddress, let to = target.baseAddress else { return }
                (to + index * columns).update(from: from + row * columns, count: columns)
            }
        }
    }
}
