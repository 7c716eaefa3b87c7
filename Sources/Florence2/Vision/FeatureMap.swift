import Tensors

/// An image's features, tokens-major: token y * width + x is one row of channels.
struct FeatureMap {
    // [height * width, C]
    var tokens: Tensor
    let height: Int
    let width: Int
}
