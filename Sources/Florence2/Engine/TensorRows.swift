import Tensors

extension Tensor {
    /// The rows of several tensors [Ti, C], one after the other: [sum of Ti, C].
    static func concatenatingRows(_ tensors: [Tensor], in workspace: Workspace) -> Tensor {
        let columns = tensors.first?.columns ?? 0
        let result = workspace.tensor([tensors.map(\.rows).reduce(0, +), columns])
        result.withUnsafeMutableBufferPointer { target in
            var next = target.baseAddress
            for tensor in tensors {
                tensor.withUnsafeBufferPointer { source in
                    guard let from = source.baseAddress, let to = next else { return }
                    to.update(from: from, count: source.count)
                    next = to + source.count
                }
            }
        }
        return result
    }

    /// Some of its rows, to be changed.
    func withRows<R>(_ rows: Range<Int>, _ body: (UnsafeMutableBufferPointer<Float>) -> R) -> R {
        withUnsafeMutableBufferPointer {
            body(UnsafeMutableBufferPointer(rebasing: $0[rows.lowerBound * columns..<rows.upperBound * columns]))
        }
    }

    /// An image [H, W, C] as [C, H, W].
    func channelsFirst() -> Tensor {
        let (height, width, channels) = (shape[0], shape[1], shape[2])
        let source = values
        var target: [Float] = []
        target.reserveCapacity(source.count)
        for channel in 0..<channels {
            target.append(contentsOf: stride(from: channel, to: source.count, by: channels).map { source[$0] })
        }
        return Tensor(shape: [channels, height, width], target)
    }
}
