import CKernels

/// A weight matrix in the kernels' order: y = x·Wᵀ with W [outputs, inputs]. The packed copy is the only one that stays.
public struct PackedMatrix: @unchecked Sendable {
    public let inputs: Int
    public let outputs: Int
    private let storage: Storage

    /// Packs W [outputs, inputs], the order of a Linear's weight.
    public init(rowMajor weights: UnsafeBufferPointer<Float>, outputs: Int, inputs: Int, pool: WorkerPool) {
        assert(weights.count == outputs * inputs)
        self.init(outputs: outputs, inputs: inputs)
        Self.pack(outputs: outputs, pool: pool) { panels in
            ck_pack_transposed(
                weights.baseAddress, inputs, outputs, inputs, panels.lowerBound, panels.upperBound, storage.floats)
        }
    }

    /// Packs W [outputs, inputs] without a whole float32 copy of it: `readRows` writes the rows of a range, one after
    /// the other; it is called from several threads, for ranges of at most 32 rows.
    public init(
        outputs: Int, inputs: Int, pool: WorkerPool, readRows: (Range<Int>, UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        self.init(outputs: outputs, inputs: inputs)
        Self.pack(outputs: outputs, pool: pool) { panels in
            let rows = Storage(byteCount: Int(CK_PANEL) * inputs * MemoryLayout<Float>.stride)
            for panel in panels {
                let range = panel * Int(CK_PANEL)..<min(outputs, (panel + 1) * Int(CK_PANEL))
                let count = range.count * inputs
                readRows(range, UnsafeMutableBufferPointer(start: rows.floats, count: count))
                ck_pack_transposed(
                    rows.floats, inputs, range.count, inputs, 0, 1, storage.floats + panel * Int(CK_PANEL) * inputs)
            }
        }
    }

    private init(outputs: Int, inputs: Int) {
        self.inputs = inputs
        self.outputs = outputs
        storage = Storage(byteCount: ck_packed_count(inputs, outputs) * MemoryLayout<Float>.stride)
    }

    /// Valid as long as a copy of this matrix lives.
    func panels(from first: Int = 0) -> UnsafePointer<Float> {
        UnsafePointer(storage.floats + first * Int(CK_PANEL) * inputs)
    }

    private static func pack(outputs: Int, pool: WorkerPool, _ body: (Range<Int>) -> Void) {
        let panels = (outputs + Int(CK_PANEL) - 1) / Int(CK_PANEL)
        let perTask = max(1, min(8, panels / (4 * pool.threads)))
        pool.run((panels + perTask - 1) / perTask) { task in
            body(task * perTask..<min(panels, (task + 1) * perTask))
        }
    }
}
