import CKernels

/// A weight matrix in the kernels' order: y = x·Wᵀ with W [outputs, inputs]. The packed copy is the only one that stays.
public struct PackedMatrix: @unchecked Sendable {
    public let inputs: Int
    public let outputs: Int
    public let format: WeightFormat
    private let storage: Storage

    /// Packs W [outputs, inputs], the order of a Linear's weight.
    public init(
        rowMajor weights: UnsafeBufferPointer<Float>, outputs: Int, inputs: Int, format: WeightFormat = .float32,
        in workspace: Workspace
    ) {
        self.init(
            stored: UnsafeRawBufferPointer(weights), as: .float32, outputs: outputs, inputs: inputs, format: format,
            in: workspace)
    }

    /// Packs W [outputs, inputs] from a checkpoint's bytes without a float32 copy of it.
    init(
        stored bytes: UnsafeRawBufferPointer, as dtype: DType, outputs: Int, inputs: Int, format: WeightFormat,
        in workspace: Workspace
    ) {
        assert(bytes.count == outputs * inputs * dtype.size)
        self.init(outputs: outputs, inputs: inputs, format: format, workspace)
        if workspace.isForChecking { return }
        let whole = job(bytes.baseAddress, dtype)
        Self.overPanels(outputs, workspace) { panels in
            var job = whole
            job.first = panels.lowerBound
            job.last = panels.upperBound
            ck_pack_weights(workspace.kernels, format.kernel, &job)
        }
    }

    /// Packs W [outputs, inputs] a few rows at a time: `readRows` writes the rows of a range, one after the other; it
    /// is called from several threads, for ranges of at most 32 rows.
    public init(
        outputs: Int, inputs: Int, format: WeightFormat = .float32, in workspace: Workspace,
        readRows: (Range<Int>, UnsafeMutableBufferPointer<Float>) -> Void
    ) {
        self.init(outputs: outputs, inputs: inputs, format: format, workspace)
        if workspace.isForChecking { return }
        Self.overPanels(outputs, workspace) { panels in
            let rows = Storage(byteCount: Int(CK_PANEL) * inputs * MemoryLayout<Float>.stride)
            for panel in panels {
                let range = panel * Int(CK_PANEL)..<min(outputs, (panel + 1) * Int(CK_PANEL))
                readRows(range, UnsafeMutableBufferPointer(start: rows.floats, count: range.count * inputs))
                var job = job(rows.block.base, .float32)
                job.n = range.count
                job.last = 1
                job.panels += panel * panelBytes
                ck_pack_weights(workspace.kernels, format.kernel, &job)
            }
        }
    }

    private init(outputs: Int, inputs: Int, format: WeightFormat, _ workspace: Workspace) {
        self.inputs = inputs
        self.outputs = outputs
        self.format = format
        storage = Storage(byteCount: workspace.isForChecking ? 0 : ck_packed_bytes(format.kernel, inputs, outputs))
    }

    /// Bytes from one panel to the next.
    var panelBytes: Int { ck_panel_bytes(format.kernel, inputs) }

    /// Bytes of all panels.
    public var byteCount: Int { storage.block.byteCount }

    /// Valid as long as a copy of this matrix lives.
    var panels: UnsafeRawPointer { UnsafeRawPointer(storage.block.base) }

    private func job(_ source: UnsafeRawPointer?, _ dtype: DType) -> ck_pack {
        ck_pack(
            w: source, stored: dtype.kernel, ldw: inputs, n: outputs, k: inputs, first: 0, last: 0,
            panels: storage.block.base)
    }

    private static func overPanels(_ outputs: Int, _ workspace: Workspace, _ body: (Range<Int>) -> Void) {
        let panels = (outputs + Int(CK_PANEL) - 1) / Int(CK_PANEL)
        let perTask = max(1, min(8, panels / (4 * workspace.pool.threads)))
        workspace.pool.run((panels + perTask - 1) / perTask) { task in
            body(task * perTask..<min(panels, (task + 1) * perTask))
        }
    }
}

extension DType {
    fileprivate var kernel: ck_format {
        switch self {
        // float64 is float32 before it is packed.
        case .float64, .float32: CK_F32
        case .float16: CK_F16
        case .bfloat16: CK_BF16
        }
    }
}
