import CKernels

/// A 3x3 depthwise convolution, stride 1, zero padding 1.
public struct DepthwiseConv2d: Sendable {
    /// [9, C]: the taps in the order ky, kx.
    private let weight: Tensor
    /// [C]
    private let bias: Tensor

    /// weight [C, 1, 3, 3], bias [C]
    public init(weight: Tensor, bias: Tensor) {
        let channels = bias.count
        assert(weight.count == 9 * channels)
        self.weight = Tensor(shape: [9, channels])
        self.bias = bias
        withExtendedLifetime(weight) {
            for tap in 0..<9 {
                for channel in 0..<channels {
                    self.weight.pointer[tap * channels + channel] = weight.pointer[channel * 9 + tap]
                }
            }
        }
    }

    /// x + conv(x) + bias: [H·W, C] -> [H·W, C]
    public func added(to x: Tensor, height: Int, width: Int, in workspace: Workspace) -> Tensor {
        assert(x.rows == height * width && x.columns == bias.count)
        let result = workspace.tensor(x.shape)
        withExtendedLifetime((self, x, result)) {
            workspace.pool.run(height) { y in
                var row = ck_dwconv(
                    x: x.pointer, weight: weight.pointer, bias: bias.pointer,
                    out: result.pointer + y * width * bias.count, height: height, width: width, channels: bias.count,
                    y: y)
                workspace.kernels.pointee.dwconv3x3(&row)
            }
        }
        return result
    }
}
