import CKernels

/// What follows a linear layer; `gelu` is the exact form with erf.
public enum Activation: Sendable {
    case none, gelu

    var kernel: ck_activation {
        switch self {
        case .none: CK_IDENTITY
        case .gelu: CK_GELU
        }
    }
}

/// y = x·Wᵀ + b.
public struct Linear: Sendable {
    public let weight: PackedMatrix
    /// [outputs]
    public let bias: Tensor?

    public init(weight: PackedMatrix, bias: Tensor?) {
        assert(bias.map { $0.count == weight.outputs } ?? true)
        self.weight = weight
        self.bias = bias
    }

    /// x [.., inputs] -> activation(norm(x)·Wᵀ + b) + residual [.., outputs]; the residual has the shape of the result.
    public func callAsFunction(
        _ x: Tensor, norm: LayerNorm? = nil, activation: Activation = .none, residual: Tensor? = nil,
        in workspace: Workspace
    ) -> Tensor {
        let result = workspace.tensor(x.shape.dropLast() + [weight.outputs])
        withExtendedLifetime((self, x, residual, result, norm)) {
            var product = product(of: x, into: result)
            product.residual = residual.map { UnsafePointer($0.pointer) }
            product.ldr = weight.outputs
            product.activation = activation.kernel
            MatrixProduct(whole: product, format: weight.format, norm: norm?.kernel).run(in: workspace)
        }
        return result
    }

    /// What several layers of the same size make of the same x, as one job for the threads: [.., outputs] of each.
    public static func together(_ layers: [Linear], _ x: Tensor, in workspace: Workspace) -> [Tensor] {
        let results = layers.map { workspace.tensor(x.shape.dropLast() + [$0.weight.outputs]) }
        withExtendedLifetime((layers, x, results)) {
            let products = zip(layers, results).map {
                MatrixProduct(whole: $0.product(of: x, into: $1), format: $0.weight.format)
            }
            MatrixProduct.run(products, in: workspace)
        }
        return results
    }

    private func product(of x: Tensor, into result: Tensor) -> ck_gemm {
        assert(x.columns == weight.inputs)
        var product = product()
        product.a = UnsafePointer(x.pointer)
        product.lda = weight.inputs
        product.c = result.pointer
        product.ldc = weight.outputs
        product.m = x.rows
        return product
    }

    /// What every product with these weights says; valid as long as a copy of this layer lives.
    func product() -> ck_gemm {
        var product = ck_gemm()
        product.panels = weight.panels
        product.panel_bytes = weight.panelBytes
        product.bias = bias.map { UnsafePointer($0.pointer) }
        product.n = weight.outputs
        product.k = weight.inputs
        return product
    }

    /// The part of the product that gives these columns of the result; the first one begins a panel.
    func product(columns: Range<Int>) -> ck_gemm {
        assert(columns.lowerBound % Int(CK_PANEL) == 0)
        var product = product()
        product.panels += columns.lowerBound / Int(CK_PANEL) * weight.panelBytes
        product.bias = product.bias.map { $0 + columns.lowerBound }
        product.n = columns.count
        return product
    }
}
