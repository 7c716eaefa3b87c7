import CKernels

/// A patch convolution in tokens-major layout: blocks of patches are gathered as rows and multiplied with the weight.
public struct Conv2d: Sendable {
    /// [Cout, k·k·Cin]
    private let weight: PackedMatrix
    /// [Cout]
    private let bias: Tensor
    private let channels: Int
    private let kernel: Int
    private let stride: Int
    private let padding: Int

    /// weight [Cout, Cin, k, k], bias [Cout]
    public init(
        weight: Tensor, bias: Tensor, stride: Int, padding: Int, format: WeightFormat = .float32,
        in workspace: Workspace
    ) {
        assert(weight.shape.count == 4 && weight.shape[0] == bias.count && weight.shape[2] == weight.shape[3])
        let channels = weight.shape[1]
        let taps = weight.shape[2] * weight.shape[3]
        self.bias = bias
        self.channels = channels
        kernel = weight.shape[2]
        self.stride = stride
        self.padding = padding
        self.weight = withExtendedLifetime(weight) {
            PackedMatrix(outputs: bias.count, inputs: taps * channels, format: format, in: workspace) { outputs, rows in
                var source = weight.pointer + outputs.lowerBound * taps * channels
                for row in 0..<outputs.count {
                    for channel in 0..<channels {
                        for tap in 0..<taps {
                            rows[(row * taps + tap) * channels + channel] = source.pointee
                            source += 1
                        }
                    }
                }
            }
        }
    }

    /// The height (or width) of the result for an image of this height (or width); 0 where the kernel does not fit.
    public func outputSize(_ size: Int) -> Int {
        let room = size + 2 * padding - kernel
        return room < 0 ? 0 : room / stride + 1
    }

    /// [H·W, Cin] -> [Hout·Wout, Cout]
    public func callAsFunction(_ x: Tensor, height: Int, width: Int, in workspace: Workspace) -> Tensor {
        assert(x.rows == height * width && x.columns == channels)
        let count = outputSize(height) * outputSize(width)
        let result = workspace.tensor([count, weight.outputs])
        let perTask = 96
        withExtendedLifetime((self, x, result)) {
            workspace.pool.run((count + perTask - 1) / perTask) { task in
                let positions = task * perTask..<min(count, (task + 1) * perTask)
                workspace.withScratch(positions.count * weight.inputs + Int(CK_GEMM_SCRATCH)) { scratch in
                    var patches = ck_im2col(
                        x: x.pointer, rows: scratch + Int(CK_GEMM_SCRATCH), height: height, width: width,
                        channels: channels, kernel: kernel, stride: stride, padding: padding,
                        out_width: outputSize(width), first: positions.lowerBound, count: positions.count)
                    ck_gather_patches(&patches)
                    var product = block(patches.rows, positions, result)
                    product.scratch = scratch
                    ck_multiply(workspace.kernels, weight.format.kernel, &product)
                }
            }
        }
        return result
    }

    private func block(_ rows: UnsafeMutablePointer<Float>, _ positions: Range<Int>, _ result: Tensor) -> ck_gemm {
        var product = ck_gemm()
        product.a = UnsafePointer(rows)
        product.lda = weight.inputs
        product.panels = weight.panels
        product.panel_bytes = weight.panelBytes
        product.bias = UnsafePointer(bias.pointer)
        product.c = result.pointer + positions.lowerBound * weight.outputs
        product.ldc = weight.outputs
        product.m = positions.count
        product.n = weight.outputs
        product.k = weight.inputs
        return product
    }
}
