import Foundation
import Tensors

/// The operations' formulas as plain loops in double precision.
enum Naive {
    static func linear(_ x: Tensor, _ weight: Tensor, _ bias: Tensor, _ residual: Tensor?) -> [Float] {
        let (a, w, b, r) = (x.values, weight.values, bias.values, residual?.values)
        let (rows, inputs, outputs) = (x.rows, x.columns, bias.count)
        return (0..<rows * outputs).map { index in
            let (row, output) = (index / outputs, index % outputs)
            return Float(
                (0..<inputs).reduce(Double(b[output] + (r?[index] ?? 0))) {
                    $0 + Double(a[row * inputs + $1]) * Double(w[output * inputs + $1])
                })
        }
    }

    static func gelu(_ x: [Float]) -> [Float] {
        x.map { Float(0.5 * Double($0) * (1 + erf(Double($0) * 0.5.squareRoot()))) }
    }

    static func convolution(
        _ x: Tensor, _ height: Int, _ width: Int, _ weight: Tensor, _ bias: Tensor, stride: Int, padding: Int
    ) -> [Float] {
        let (a, w, b) = (x.values, weight.values, bias.values)
        let (output, input, kernel) = (weight.shape[0], weight.shape[1], weight.shape[2])
        let size = { (length: Int) in (length + 2 * padding - kernel) / stride + 1 }
        var result: [Float] = []
        for position in 0..<size(height) * size(width) {
            let (oy, ox) = (position / size(width), position % size(width))
            for o in 0..<output {
                var sum = Double(b[o])
                for tap in 0..<kernel * kernel {
                    let y = oy * stride - padding + tap / kernel, x = ox * stride - padding + tap % kernel
                    guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
                    for i in 0..<input {
                        sum +=
                            Double(a[(y * width + x) * input + i]) * Double(w[(o * input + i) * kernel * kernel + tap])
                    }
                }
                result.append(Float(sum))
            }
        }
        return result
    }

    static func depthwise(_ x: Tensor, _ height: Int, _ width: Int, _ weight: Tensor, _ bias: Tensor) -> [Float] {
        let (a, w, b, channels) = (x.values, weight.values, bias.values, bias.count)
        return a.indices.map { index in
            let (token, channel) = (index / channels, index % channels)
            var sum = Double(a[index]) + Double(b[channel])
            for tap in 0..<9 {
                let y = token / width + tap / 3 - 1, x = token % width + tap % 3 - 1
                guard (0..<height).contains(y), (0..<width).contains(x) else { continue }
                sum += Double(a[(y * width + x) * channels + channel]) * Double(w[channel * 9 + tap])
            }
            return Float(sum)
        }
    }

    /// q [Tq, C], k and v [Tk, C] -> [Tq, C]
    static func attention(_ q: [Float], _ k: [Float], _ v: [Float], heads: Int, channels: Int) -> [Float] {
        let dimension = channels / heads
        var result = [Float](repeating: 0, count: q.count)
        for row in 0..<q.count / channels {
            for head in 0..<heads {
                let columns = head * dimension..<(head + 1) * dimension
                let scores = (0..<k.count / channels).map { key in
                    columns.reduce(0.0) { $0 + Double(q[row * channels + $1]) * Double(k[key * channels + $1]) }
                        / Double(dimension).squareRoot()
                }
                let weights = softmax(scores)
                for column in columns {
                    result[row * channels + column] = Float(
                        weights.indices.reduce(0.0) { $0 + weights[$1] * Double(v[$1 * channels + column]) })
                }
            }
        }
        return result
    }

    static func windowed(
        _ qkv: Tensor, _ height: Int, _ width: Int, window: Int, heads: Int, _ padding: Tensor
    ) -> [Float] {
        let (all, pad, channels) = (qkv.values, padding.values, padding.count / 3)
        var result = [Float](repeating: 0, count: height * width * channels)
        for top in stride(from: 0, to: height, by: window) {
            for left in stride(from: 0, to: width, by: window) {
                let places = (0..<window * window).map { (top + $0 / window, left + $0 % window) }
                let parts = (0..<3).map { part in
                    places.flatMap { y, x in
                        let token =
                            y < height && x < width
                            ? all[(y * width + x) * 3 * channels..<(y * width + x + 1) * 3 * channels] : pad[...]
                        return Array(token.dropFirst(part * channels).prefix(channels))
                    }
                }
                let out = attention(parts[0], parts[1], parts[2], heads: heads, channels: channels)
                for (index, (y, x)) in places.enumerated() where y < height && x < width {
                    for c in 0..<channels { result[(y * width + x) * channels + c] = out[index * channels + c] }
                }
            }
        }
        return result
    }

    static func channelwise(_ qkv: Tensor, groups: Int) -> [Float] {
        let (all, tokens, channels) = (qkv.values, qkv.rows, qkv.columns / 3)
        let size = channels / groups
        let at = { (token: Int, part: Int, channel: Int) in
            Double(all[token * 3 * channels + part * channels + channel])
        }
        var result = [Float](repeating: 0, count: tokens * channels)
        for c in 0..<channels {
            let group = c / size * size..<(c / size + 1) * size
            let weights = softmax(
                group.map { d in
                    (0..<tokens).reduce(0.0) { $0 + at($1, 0, c) * at($1, 1, d) } / Double(tokens).squareRoot()
                })
            for token in 0..<tokens {
                result[token * channels + c] = Float(
                    zip(group, weights).reduce(0.0) { $0 + $1.1 * at(token, 2, $1.0) })
            }
        }
        return result
    }

    static func layerNorm(_ x: Tensor, _ weight: Tensor, _ bias: Tensor) -> [Float] {
        let (all, w, b, columns) = (x.values, weight.values, bias.values, x.columns)
        return (0..<x.rows).flatMap { row in
            let values = all[row * columns..<(row + 1) * columns].map { Double($0) }
            let mean = values.reduce(0, +) / Double(columns)
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
            return values.indices.map { column in
                Float((values[column] - mean) / (variance + 1e-5).squareRoot() * Double(w[column]) + Double(b[column]))
            }
        }
    }

    static func logSoftmax(_ x: Tensor) -> [Float] {
        let (all, columns) = (x.values, x.columns)
        return (0..<x.rows).flatMap { row in
            softmax(all[row * columns..<(row + 1) * columns].map { Double($0) }).map { Float(log($0)) }
        }
    }

    private static func softmax(_ scores: [Double]) -> [Double] {
        let highest = scores.max() ?? 0
        let terms = scores.map { exp($0 - highest) }
        let sum = terms.reduce(0, +)
        return terms.map { $0 / sum }
    }
}
