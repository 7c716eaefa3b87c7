import Tensors

/// Who looks on while a request is computed: may stop it between steps, may look at what each stage gives.
struct Observer {
    var checkCancellation: () throws -> Void = {}
    var watch: (_ name: String, _ tensor: Tensor) -> Void = { _, _ in }
}
