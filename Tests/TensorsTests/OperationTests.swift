import Tensors
import Testing

/// The operations against formulas written down once more in plain Swift, for every instruction set and thread count.
@Suite struct OperationTests {
    static let instructionSets = InstructionSet.supported

    /// What an operation gives with one thread must come, to the bit, from any number of threads.
    private func onAllThreadCounts(
        _ instructionSet: InstructionSet, _ operation: (Workspace) -> Tensor
    ) -> (values: [Float], agree: Bool) {
        let results = [1, 2, 3].map { threads in
            operation(Workspace(threads: threads, instructionSet: instructionSet)).values
        }
        return (results[0], results.allSatisfy { $0 == results[0] })
    }

    @Test(arguments: instructionSets) func linear(instructionSet: InstructionSet) {
        var random = RandomValues(seed: 11)
        for (rows, outputs, inputs) in [(1, 70, 33), (3, 640, 96), (40, 100, 300), (577, 65, 40), (211, 256, 64)] {
            let weight = random.tensor([outputs, inputs]), bias = random.tensor([outputs])
            let x = random.tensor([rows, inputs]), residual = random.tensor([rows, outputs])
            let result = onAllThreadCounts(instructionSet) { workspace in
                let packed = weight.withUnsafeBufferPointer {
                    PackedMatrix(rowMajor: $0, outputs: outputs, inputs: inputs, in: workspace)
                }
                return Linear(weight: packed, bias: bias)(x, residual: residual, in: workspace)
            }
            let expected = Naive.linear(x, weight, bias, residual)
            #expect(result.agree && difference(result.values, expected) < 2e-6, "\(rows) x \(outputs) x \(inputs)")
        }
    }

    @Test(arguments: instructionSets) func linearsTogetherAreWhatTheyAreAlone(instructionSet: InstructionSet) {
        var random = RandomValues(seed: 14)
        for (rows, outputs, inputs) in [(3, 768, 768), (24, 300, 200), (587, 96, 64), (1, 5, 3)] {
            let x = random.tensor([rows, inputs])
            let weights = (0..<3).map { _ in (random.tensor([outputs, inputs]), random.tensor([outputs])) }
            for threads in 1...3 {
                let workspace = Workspace(threads: threads, instructionSet: instructionSet)
                let layers = weights.map { weight, bias in
                    let packed = weight.withUnsafeBufferPointer {
                        PackedMatrix(rowMajor: $0, outputs: outputs, inputs: inputs, in: workspace)
                    }
                    return Linear(weight: packed, bias: bias)
                }
                let together = Linear.together(layers, x, in: workspace).map(\.values)
                #expect(together == layers.map { $0(x, in: workspace).values }, "\(rows) x \(outputs) x \(inputs)")
            }
        }
    }

    @Test(arguments: instructionSets) func rowsDoNotDependOnEachOther(instructionSet: InstructionSet) {
        var random = RandomValues(seed: 12)
        let workspace = Workspace(threads: 2, instructionSet: instructionSet)
        let weight = random.tensor([300, 770]), bias = random.tensor([300]), x = random.tensor([430, 770])
        let packed = weight.withUnsafeBufferPointer {
            PackedMatrix(rowMajor: $0, outputs: 300, inputs: 770, in: workspace)
        }
        let layer = Linear(weight: packed, bias: bias)
        let all = layer(x, activation: .gelu, in: workspace).values
        let values = x.values
        for (first, count) in [(0, 1), (7, 3), (13, 8), (100, 12), (50, 100), (1, 429)] {
            let part = Tensor(shape: [count, 770], Array(values[first * 770..<(first + count) * 770]))
            let result = layer(part, activation: .gelu, in: workspace).values
            #expect(result == Array(all[first * 300..<(first + count) * 300]), "rows \(first)+\(count)")
        }
    }

    @Test func packingByReader() {
        var random = RandomValues(seed: 13)
        let workspace = Workspace(threads: 2)
        let (outputs, inputs) = (75, 37)
        let weight = random.tensor([outputs, inputs]), x = random.tensor([5, inputs])
        let values = weight.values
        let packed = [
            weight.withUnsafeBufferPointer {
                PackedMatrix(rowMajor: $0, outputs: outputs, inputs: inputs, in: workspace)
            },
            PackedMatrix(outputs: outputs, inputs: inputs, in: workspace) { rows, target in
                _ = target.update(from: values[rows.lowerBound * inputs..<rows.upperBound * inputs])
            },
        ]
        let results = packed.map { Linear(weight: $0, bias: nil)(x, in: workspace).values }
        #expect(results[0] == results[1])
    }

    @Test(arguments: instructionSets) func patchConvolution(instructionSet: InstructionSet) {
        var random = RandomValues(seed: 14)
        for (height, width, input, output, kernel, stride, padding) in [
            (13, 9, 3, 16, 7, 4, 3), (8, 8, 24, 40, 3, 2, 1), (5, 7, 6, 33, 3, 2, 1), (1, 1, 3, 8, 7, 4, 3),
        ] {
            let weight = random.tensor([output, input, kernel, kernel]), bias = random.tensor([output])
            let x = random.tensor([height * width, input])
            let result = onAllThreadCounts(instructionSet) { workspace in
                let layer = Conv2d(
                    weight: weight, bias: bias, stride: stride, padding: padding, in: workspace)
                return layer(x, height: height, width: width, in: workspace)
            }
            let expected = Naive.convolution(
                x, height, width, weight, bias, stride: stride, padding: padding)
            #expect(result.agree && difference(result.values, expected) < 2e-6, "\(height) x \(width)")
        }
    }

    @Test(arguments: instructionSets) func depthwiseConvolution(instructionSet: InstructionSet) {
        var random = RandomValues(seed: 15)
        let (height, width, channels) = (7, 5, 20)
        let weight = random.tensor([channels, 1, 3, 3]), bias = random.tensor([channels])
        let x = random.tensor([height * width, channels])
        let result = onAllThreadCounts(instructionSet) {
            DepthwiseConv2d(weight: weight, bias: bias).added(to: x, height: height, width: width, in: $0)
        }
        let expected = Naive.depthwise(x, height, width, weight, bias)
        #expect(result.agree && difference(result.values, expected) < 1e-6)
    }

    @Test(arguments: instructionSets) func windowAttention(instructionSet: InstructionSet) {
        var random = RandomValues(seed: 16)
        // With one thread all but the last go window by window; with three only the third does.
        for (height, width, window, heads, dimension) in [
            (12, 24, 12, 2, 32), (6, 10, 4, 3, 16), (13, 5, 2, 5, 24), (9, 7, 4, 2, 64), (7, 7, 7, 1, 5),
        ] {
            let layer = AttentionLayers(channels: heads * dimension, random: &random)
            let x = random.tensor([height * width, heads * dimension], scale: 2)
            let result = onAllThreadCounts(instructionSet) {
                Attention.addingWindowed(
                    to: x, height: height, width: width, window: window, heads: heads, norm: layer.norm,
                    qkv: layer.qkv(in: $0), proj: layer.proj(in: $0), in: $0)
            }
            let expected = layer.naive(x) {
                Naive.windowed($0, height, width, window: window, heads: heads, layer.qkvBias)
            }
            #expect(result.agree && difference(result.values, expected) < 5e-6, "\(height) x \(width), \(dimension)")
        }
    }

    @Test(arguments: instructionSets) func channelAttention(instructionSet: InstructionSet) {
        var random = RandomValues(seed: 17)
        // With one thread the last two go block by block, with three only the last one.
        for (tokens, groups, size) in [(1, 2, 16), (36, 3, 24), (577, 2, 40), (1000, 2, 48), (2500, 1, 32)] {
            let layer = AttentionLayers(channels: groups * size, random: &random)
            let x = random.tensor([tokens, groups * size], scale: 2)
            let result = onAllThreadCounts(instructionSet) {
                Attention.addingChannelwise(
                    to: x, groups: groups, norm: layer.norm, qkv: layer.qkv(in: $0), proj: layer.proj(in: $0), in: $0)
            }
            let expected = layer.naive(x) { Naive.channelwise($0, groups: groups) }
            #expect(result.agree && difference(result.values, expected) < 5e-6, "\(tokens) tokens of \(size)")
        }
    }

    @Test(arguments: instructionSets) func fullAttention(instructionSet: InstructionSet) {
        var random = RandomValues(seed: 18)
        for (queries, keys, heads, dimension) in [(1, 1, 2, 16), (36, 36, 3, 24), (110, 577, 2, 64), (5, 40, 1, 32)] {
            let q = random.tensor([queries, heads * dimension], scale: 2)
            let k = random.tensor([keys, heads * dimension], scale: 2), v = random.tensor([keys, heads * dimension])
            let result = onAllThreadCounts(instructionSet) {
                Attention.full(q: q, k: k, v: v, heads: heads, in: $0)
            }
            let expected = Naive.attention(q.values, k.values, v.values, heads: heads, channels: heads * dimension)
            #expect(result.agree && difference(result.values, expected) < 3e-6, "\(queries) x \(keys), \(dimension)")
        }
    }

    @Test(arguments: instructionSets) func attentionWhileDecoding(instructionSet: InstructionSet) {
        var random = RandomValues(seed: 19)
        let (rows, heads, dimension, capacity) = (5, 3, 24, 50)
        let channels = heads * dimension
        let q = random.tensor([rows, channels], scale: 2)
        let keys = (0..<rows).map { _ in random.tensor([capacity, channels], scale: 2) }
        let values = (0..<rows).map { _ in random.tensor([capacity, channels]) }
        let lengths = [1, 50, 7, 16, 33], owner = [0, 0, 1, 1, 1]
        let naive = { (row: Int, memory: Int, length: Int) in
            Naive.attention(
                Array(q.values[row * channels..<(row + 1) * channels]),
                Array(keys[memory].values[..<(length * channels)]),
                Array(values[memory].values[..<(length * channels)]),
                heads: heads, channels: channels)
        }
        let cached = onAllThreadCounts(instructionSet) {
            let workspace = $0
            // All rows of all beams in one place, as they came, each where its path finds it.
            let memory = { (beams: Range<Int>) in
                var (k, v) = (
                    CachedRows(columns: channels, heads: heads, capacity: 2, in: workspace),
                    CachedRows(columns: channels, heads: heads, capacity: 3, in: workspace)
                )
                var paths = [[UInt32]](repeating: [], count: beams.count)
                for token in 0..<capacity {
                    for beam in beams where token < lengths[beam] {
                        paths[beam - beams.lowerBound].append(UInt32(k.count))
                        k.append(keys[beam], token..<token + 1)
                        v.append(values[beam], token..<token + 1)
                    }
                }
                return Attention.Memory(keys: k, values: v, paths: paths)
            }
            return Attention.cached(q: q, memories: [memory(0..<2), memory(2..<5)], in: workspace)
        }
        let expectedCached = (0..<rows).flatMap { naive($0, $0, lengths[$0]) }
        #expect(cached.agree && difference(cached.values, expectedCached) < 3e-6)
        let shared = onAllThreadCounts(instructionSet) {
            let workspace = $0
            let memories = (0..<2).map { PackedHeads(k: keys[$0], v: values[$0], heads: heads, in: workspace) }
            return Attention.shared(q: q, memories: memories, rows: [2, 3], in: workspace)
        }
        let expectedShared = (0..<rows).flatMap { naive($0, owner[$0], capacity) }
        #expect(shared.agree && difference(shared.values, expectedShared) < 3e-6)
        let workspace = Workspace(threads: 1, instructionSet: instructionSet)
        let alone = Attention.shared(
            q: Tensor(shape: [1, channels], Array(q.values[2 * channels..<3 * channels])),
            memories: [PackedHeads(k: keys[1], v: values[1], heads: heads, in: workspace)], rows: [1], in: workspace)
        #expect(alone.values == Array(shared.values[2 * channels..<3 * channels]))
    }

    /// Rows that two share stay as they are when one of them goes on.
    @Test func cachedRowsAreValues() {
        var random = RandomValues(seed: 21)
        let (q, tokens, channels) = (random.tensor([1, 8]), random.tensor([5, 8]), 8)
        let workspace = Workspace(threads: 1)
        var rows = CachedRows(columns: channels, heads: 2, capacity: 8, in: workspace)
        rows.append(tokens, 0..<3)
        let attend = { (rows: CachedRows) in
            let path = (0..<UInt32(rows.count)).map { $0 }
            return Attention.cached(
                q: q, memories: [Attention.Memory(keys: rows, values: rows, paths: [path])], in: workspace
            ).values
        }
        let before = attend(rows)
        var other = rows
        other.append(tokens, 3..<4)
        rows.append(tokens, 4..<5)
        #expect(rows.count == 4 && other.count == 4)
        #expect(attend(rows) != attend(other))
        var again = CachedRows(columns: channels, heads: 2, capacity: 1, in: workspace)
        again.append(tokens, 0..<3)
        #expect(attend(again) == before)
        again.append(tokens, 3..<4)
        #expect(attend(again) == attend(other))
    }

    /// In bfloat16 attention is near what it is in float32, and its rows do not depend on each other either.
    @Test(arguments: instructionSets) func attentionInBFloat16(instructionSet: InstructionSet) {
        var random = RandomValues(seed: 22)
        let (tokens, heads, channels) = (145, 3, 96)
        let q = random.tensor([tokens, channels]), k = random.tensor([tokens, channels])
        let v = random.tensor([tokens, channels])
        let results = [1, 2, 3].map { threads in
            let workspace = Workspace(threads: threads, instructionSet: instructionSet, precision: .bf16)
            return Attention.full(q: q, k: k, v: v, heads: heads, in: workspace).values
        }
        let exact = Attention.full(
            q: q, k: k, v: v, heads: heads, in: Workspace(threads: 1, instructionSet: instructionSet)
        ).values
        #expect(results[0] == results[1] && results[0] == results[2])
        #expect(difference(results[0], exact) < 0.02)
    }

    /// Running both layers a block of rows at a time changes nothing.
    @Test(arguments: instructionSets, WeightFormat.allCases) func feedForward(
        instructionSet: InstructionSet, format: WeightFormat
    ) {
        var random = RandomValues(seed: 23)
        let (rows, channels, hidden) = (600, 40, 1100)
        let first = random.tensor([hidden, channels], scale: 0.2),
            second = random.tensor([channels, hidden], scale: 0.2)
        let x = random.tensor([rows, channels]), biases = [random.tensor([hidden]), random.tensor([channels])]
        let norm = LayerNorm(weight: random.tensor([channels]), bias: random.tensor([channels]))
        let result = onAllThreadCounts(instructionSet) { workspace in
            let layers = zip([(first, hidden, channels), (second, channels, hidden)], biases).map { layer, bias in
                Linear(
                    weight: layer.0.withUnsafeBufferPointer {
                        PackedMatrix(
                            rowMajor: $0, outputs: layer.1, inputs: layer.2, format: format, in: workspace)
                    }, bias: bias)
            }
            let whole = layers[1](
                layers[0](x, norm: norm, activation: .gelu, in: workspace), residual: x, in: workspace)
            let blocks = FeedForward(layers[0], layers[1])(x, norm: norm, residual: x, in: workspace)
            #expect(blocks.values == whole.values)
            return blocks
        }
        #expect(result.agree)
        let few = Tensor(shape: [20, channels], Array(x.values.prefix(20 * channels)))
        let hiddenValues = Naive.gelu(
            Naive.linear(
                Tensor(shape: few.shape, Naive.layerNorm(few, norm.weight, norm.bias)), first, biases[0], nil))
        let expected = Naive.linear(Tensor(shape: [20, hidden], hiddenValues), second, biases[1], few)
        let tolerance: Float =
            switch format {
            case .float32: 1e-5
            case .float16: 1e-3  // these weights are no float16 numbers
            case .bfloat16: 0.01
            case .int8: 0.02
            }
        #expect(difference(Array(result.values.prefix(20 * channels)), expected) < tolerance)
    }

    @Test(arguments: instructionSets) func rowsAndReductions(instructionSet: InstructionSet) {
        var random = RandomValues(seed: 20)
        let x = random.tensor([577, 70], scale: 5)
        let weight = random.tensor([70]), bias = random.tensor([70])
        let norm = onAllThreadCounts(instructionSet) { LayerNorm(weight: weight, bias: bias)(x, in: $0) }
        #expect(norm.agree && difference(norm.values, Naive.layerNorm(x, weight, bias)) < 3e-6)
        let logs = onAllThreadCounts(instructionSet) { Reduction.logSoftmax(x, in: $0) }
        #expect(logs.agree && difference(logs.values, Naive.logSoftmax(x)) < 1e-6)
        let mean = onAllThreadCounts(instructionSet) { Reduction.meanOverRows(x, in: $0) }
        let expected = (0..<70).map { c in (0..<577).reduce(0.0) { $0 + Double(x.values[$1 * 70 + c]) } / 577 }
        #expect(mean.agree && difference(mean.values, expected.map { Float($0) }) < 1e-6)
    }

    @Test func topKWithoutSorting() {
        let workspace = Workspace(threads: 1)
        let values: [Float] = [1, 5, 3, 5, -.infinity, 2, 5, 0]
        let best = values.withUnsafeBufferPointer { Reduction.topK($0, adding: [0], 4, in: workspace) }
        #expect(best.map(\.index) == [1, 3, 6, 2])
        #expect(best.map(\.value) == [5, 5, 5, 3])
        let all = values.withUnsafeBufferPointer { Reduction.topK($0, adding: [0], 20, in: workspace) }
        #expect(all.map(\.index) == [1, 3, 6, 2, 5, 0, 7, 4])
        let raised = values.withUnsafeBufferPointer { Reduction.topK($0, adding: [0, 2], 3, in: workspace) }
        #expect(raised.map(\.index) == [6, 1, 3])
        #expect(raised.map(\.value) == [7, 5, 5])
    }

    /// Rounding makes equals of values that were not: the first one wins then, as it does when all are sorted.
    @Test(arguments: instructionSets) func topKIsWhatSortingGives(instructionSet: InstructionSet) {
        let workspace = Workspace(threads: 1, instructionSet: instructionSet)
        var random = RandomValues(seed: 12)
        for columns in [1, 7, 64, 65, 128, 1000] {
            let values = random.floats(3 * columns, scale: 2), addends: [Float] = [-3, 4e5, 4e5]
            let sums = values.indices.map { values[$0] + addends[$0 / columns] }
            let order = sums.indices.sorted { (sums[$1], $0) < (sums[$0], $1) }
            let best = values.withUnsafeBufferPointer { Reduction.topK($0, adding: addends, 9, in: workspace) }
            #expect(best.map(\.index) == Array(order.prefix(9)))
            #expect(best.map(\.value) == order.prefix(9).map { sums[$0] })
        }
    }

    @Test(arguments: instructionSets) func topKPassesOverWhatIsNoNumber(instructionSet: InstructionSet) {
        let workspace = Workspace(threads: 1, instructionSet: instructionSet)
        for place in 4..<132 {
            var values = [Float](repeating: 0, count: 300)
            for index in stride(from: place % 16 + 16, to: 300, by: 16) { values[index] = .nan }
            values[place] = 1
            let best = values.withUnsafeBufferPointer { Reduction.topK($0, adding: [0], 1, in: workspace) }
            #expect(best.map(\.index) == [place])
        }
    }
}

/// The layers around an attention: x + proj(attention(qkv(norm(x)))).
private struct AttentionLayers {
    let norm: LayerNorm
    let qkvWeight, qkvBias, projWeight, projBias: Tensor

    init(channels: Int, random: inout RandomValues) {
        norm = LayerNorm(weight: random.tensor([channels]), bias: random.tensor([channels]))
        qkvWeight = random.tensor([3 * channels, channels], scale: 0.5)
        qkvBias = random.tensor([3 * channels])
        projWeight = random.tensor([channels, channels], scale: 0.5)
        projBias = random.tensor([channels])
    }

    func qkv(in workspace: Workspace) -> Linear { linear(qkvWeight, qkvBias, workspace) }
    func proj(in workspace: Workspace) -> Linear { linear(projWeight, projBias, workspace) }

    private func linear(_ weight: Tensor, _ bias: Tensor, _ workspace: Workspace) -> Linear {
        let packed = weight.withUnsafeBufferPointer {
            PackedMatrix(rowMajor: $0, outputs: weight.rows, inputs: weight.columns, in: workspace)
        }
        return Linear(weight: packed, bias: bias)
    }

    func naive(_ x: Tensor, attention: (Tensor) -> [Float]) -> [Float] {
        let normed = Tensor(shape: x.shape, Naive.layerNorm(x, norm.weight, norm.bias))
        let wide = Tensor(shape: [x.rows, 3 * x.columns], Naive.linear(normed, qkvWeight, qkvBias, nil))
        return Naive.linear(Tensor(shape: x.shape, attention(wide)), projWeight, projBias, x)
    }
}
