import CKernels
import Tensors
import Testing

/// Every kernel of every instruction set of this processor against its slow twin.
@Suite struct KernelTests {
    static let identifiers: [UInt32] = [
        CK_GENERIC, CK_AVX2, CK_AVX512, CK_AVX512_VNNI, CK_AVX512_BF16, CK_NEON, CK_NEON_DOT,
    ].map(\.rawValue).filter { ck_table_for(ck_isa(rawValue: $0)) != nil }
    let reference: ck_table

    init() throws { reference = try #require(ck_reference()).pointee }

    private func table(_ identifier: UInt32) throws -> ck_table {
        try #require(ck_table_for(ck_isa(rawValue: identifier))).pointee
    }

    /// Whoever calls a kernel does not ask whether it is there.
    @Test(arguments: identifiers) func noKernelIsMissing(identifier: UInt32) throws {
        let kernels = try table(identifier)
        #expect(kernels.isa.rawValue == identifier)
        let pointers = withUnsafeBytes(of: kernels) { $0.bindMemory(to: UInt.self).dropFirst().map { $0 } }
        #expect(pointers.count > 20 && !pointers.contains(0))
    }

    @Test(arguments: identifiers) func gemmOverOddShapes(identifier: UInt32) throws {
        let kernels = try table(identifier)
        var random = RandomValues(seed: 1)
        for m in 1...40 {
            let n = random.int(1...100), k = random.int(1...300)
            let product = GemmCase(m: m, n: n, k: k, random: &random)
            for (bias, residual, activation) in [
                (false, false, CK_IDENTITY), (true, false, CK_GELU), (true, true, CK_IDENTITY),
            ] {
                let run = { (kernels: ck_table) in
                    product.run(kernels, bias: bias, residual: residual, activation: activation)
                }
                #expect(difference(run(kernels), run(reference)) < 2e-6, "\(m) x \(n) x \(k)")
            }
        }
    }

    @Test(arguments: identifiers) func gemmInSeveralBlocks(identifier: UInt32) throws {
        let kernels = try table(identifier)
        var random = RandomValues(seed: 2)
        for (m, n, k) in [(197, 33, 1100), (385, 70, 513), (13, 40, 4608), (3, 65, 9000), (192, 32, 512)] {
            let product = GemmCase(m: m, n: n, k: k, random: &random)
            let run = { (kernels: ck_table) in product.run(kernels, bias: true, residual: true, activation: CK_IDENTITY)
            }
            #expect(difference(run(kernels), run(reference)) < 5e-6, "\(m) x \(n) x \(k)")
        }
    }

    /// A row alone, or with any rows, is the same to the bit.
    @Test(arguments: identifiers) func gemmRowsDoNotDependOnEachOther(identifier: UInt32) throws {
        let kernels = try table(identifier)
        var random = RandomValues(seed: 3)
        for k in [7, 147, 640, 1031] {
            let product = GemmCase(m: 211, n: 75, k: k, random: &random)
            let whole = product.run(kernels, bias: true, residual: true, activation: CK_GELU)
            for (first, rows) in [(0, 1), (5, 3), (17, 12), (100, 13), (30, 40), (210, 1), (3, 200)] {
                let part = product.run(
                    kernels, rows: first..<first + rows, bias: true, residual: true, activation: CK_GELU)
                #expect(part == Array(whole[first * 75..<(first + rows) * 75]), "rows \(first)+\(rows), k \(k)")
            }
        }
    }

    static let formats: [UInt32] = [CK_F16, CK_BF16, CK_I8].map(\.rawValue)

    @Test(arguments: identifiers, formats) func gemmInOtherFormats(identifier: UInt32, format: UInt32) throws {
        let kernels = try table(identifier)
        let format = ck_format(rawValue: format)
        var random = RandomValues(seed: 8)
        let odd = (1...30).map { (m: $0, n: random.int(1...100), k: random.int(1...300)) }
        for (m, n, k) in odd + [(197, 33, 1100), (13, 40, 4608), (3, 65, 2049), (385, 32, 513)] {
            let hasNorm = m % 3 == 0
            let product = GemmCase(format, m: m, n: n, k: k, hasNorm: hasNorm, random: &random)
            for (residual, activation) in [(false, CK_GELU), (true, CK_IDENTITY)] {
                let run = { (kernels: ck_table) in
                    product.run(kernels, bias: true, residual: residual, activation: activation)
                }
                // A normed value on the border between two roundings may fall to either side; GELU of bf16 is rough.
                let rounded: Float = hasNorm && format != CK_F16 || format == CK_I8 ? 3e-3 : 5e-6
                let tolerance = activation == CK_GELU && format == CK_BF16 ? max(rounded, 3e-4) : rounded
                #expect(difference(run(kernels), run(reference)) < tolerance, "\(m) x \(n) x \(k)")
            }
        }
    }

    @Test(arguments: identifiers, formats) func rowsDoNotDependOnEachOther(identifier: UInt32, format: UInt32) throws {
        let kernels = try table(identifier)
        var random = RandomValues(seed: 9)
        for k in [7, 640, 1031, 2100] {
            let product = GemmCase(
                ck_format(rawValue: format), m: 211, n: 75, k: k, hasNorm: k == 640, random: &random)
            let whole = product.run(kernels, bias: true, residual: true, activation: CK_GELU)
            for (first, rows) in [(0, 1), (5, 3), (17, 12), (100, 13), (30, 40), (210, 1), (3, 200)] {
                let part = product.run(
                    kernels, rows: first..<first + rows, bias: true, residual: true, activation: CK_GELU)
                #expect(part == Array(whole[first * 75..<(first + rows) * 75]), "rows \(first)+\(rows), k \(k)")
            }
        }
    }

    @Test(arguments: identifiers) func packingIsTheSameEverywhere(identifier: UInt32) {
        var random = RandomValues(seed: 10)
        for (n, k) in [(1, 1), (33, 7), (70, 300), (32, 2100)] {
            // What float16 holds exactly.
            let weights = random.floats(n * k).map { ($0 * 256).rounded() / 256 }
            for format in [CK_F32, CK_F16, CK_BF16, CK_I8] {
                let expected = GemmCase.pack(weights, format, k: k, n: n)
                let found = GemmCase.pack(weights, format, k: k, n: n, isa: ck_isa(rawValue: identifier))
                #expect(found == expected, "\(n) x \(k) in \(format)")
            }
        }
    }

    @Test(arguments: identifiers) func gramOverOddShapes(identifier: UInt32) throws {
        let kernels = try table(identifier)
        var random = RandomValues(seed: 4)
        for (size, tokens) in [(16, 1), (24, 36), (32, 577), (64, 40), (5, 100)] {
            let a = random.floats(tokens * (size + 3)), b = random.floats(tokens * (size + 5))
            let start = random.floats(size * size)
            let run = { (kernels: ck_table) in
                var c = start
                var gram = ck_gram()
                a.withUnsafeBufferPointer { a in
                    b.withUnsafeBufferPointer { b in
                        c.withUnsafeMutableBufferPointer { c in
                            (gram.a, gram.lda, gram.b, gram.ldb) = (a.baseAddress, size + 3, b.baseAddress, size + 5)
                            (gram.c, gram.ldc, gram.m, gram.n, gram.t) = (c.baseAddress, size, size, size, tokens)
                            kernels.gram(&gram)
                        }
                    }
                }
                return c
            }
            #expect(difference(run(kernels), run(reference)) < 2e-6, "\(size), \(tokens) tokens")
        }
    }

    @Test(arguments: identifiers) func depthwiseConvolution(identifier: UInt32) throws {
        let kernels = try table(identifier)
        var random = RandomValues(seed: 5)
        for (height, width, channels) in [(1, 1, 16), (1, 5, 7), (6, 6, 24), (3, 9, 40), (4, 2, 3)] {
            let x = random.floats(height * width * channels), weight = random.floats(9 * channels)
            let bias = random.floats(channels)
            let run = { (kernels: ck_table) in
                var out = [Float](repeating: 0, count: height * width * channels)
                for y in 0..<height {
                    out.withUnsafeMutableBufferPointer { out in
                        x.withUnsafeBufferPointer { x in
                            weight.withUnsafeBufferPointer { weight in
                                bias.withUnsafeBufferPointer { bias in
                                    var row = ck_dwconv(
                                        x: x.baseAddress, weight: weight.baseAddress, bias: bias.baseAddress,
                                        out: out.baseAddress.map { $0 + y * width * channels }, height: height,
                                        width: width, channels: channels, y: y)
                                    kernels.dwconv3x3(&row)
                                }
                            }
                        }
                    }
                }
                return out
            }
            #expect(difference(run(kernels), run(reference)) < 1e-6, "\(height) x \(width) x \(channels)")
        }
    }

    @Test(arguments: identifiers) func rowKernels(identifier: UInt32) throws {
        let kernels = try table(identifier)
        var random = RandomValues(seed: 6)
        for n in [1, 3, 16, 17, 31, 128, 144, 577, 1024] {
            let x = random.floats(3 * n, scale: 9), weight = random.floats(n), bias = random.floats(n)
            let layerNorm = { (kernels: ck_table) in
                var out = x
                kernels.layer_norm(x, weight, bias, 1e-5, 3, n, &out)
                return out
            }
            #expect(difference(layerNorm(kernels), layerNorm(reference)) < 3e-6, "layerNorm of \(n)")
            let softmax = { (kernels: ck_table) in
                var out = x
                kernels.softmax(&out, n, 3, n, 0.3)
                return out
            }
            #expect(difference(softmax(kernels), softmax(reference)) < 1e-6, "softmax of \(n)")
            let logSoftmax = { (kernels: ck_table) in
                var out = x
                kernels.log_softmax(x, 3 * n, &out)
                return out
            }
            #expect(difference(logSoftmax(kernels), logSoftmax(reference)) < 1e-6, "logSoftmax of \(n)")
            let above = { (kernels: ck_table) in
                (0..<n).map { kernels.first_above(x, $0 % 3 == 0 ? 0 : $0 / 2, n, 0.25, x[$0] + 0.25) }
            }
            #expect(above(kernels) == above(reference), "firstAbove of \(n)")
            let sum = { (kernels: ck_table) in
                var out = x
                kernels.add(x, Array(x.reversed()), 3 * n, &out)
                return out
            }
            #expect(sum(kernels) == sum(reference))
        }
    }

    @Test(arguments: identifiers) func geluOverItsRange(identifier: UInt32) throws {
        let kernels = try table(identifier)
        let x = (-4000...4000).map { Float($0) / 500 } + [-1e30, -1e4, -100, -20, -0.0, 1e-20, 20, 100, 1e4, 1e30]
        let product = GemmCase(identityOf: x)
        let run = { (kernels: ck_table) in product.run(kernels, bias: false, residual: false, activation: CK_GELU) }
        for (value, (actual, expected)) in zip(x, zip(run(kernels), run(reference))) {
            #expect(abs(actual - expected) <= 4e-7 * max(abs(value), 1e-3), "gelu(\(value))")
            if value < -6 { #expect(actual == 0, "gelu(\(value))") }
            if abs(value) < 0.01 { #expect(abs(actual - expected) <= 4e-7 * abs(expected)) }
        }
    }

    @Test(arguments: identifiers) func attentionOfARow(identifier: UInt32) throws {
        let kernels = try table(identifier)
        var random = RandomValues(seed: 7)
        for (keys, d) in [(1, 16), (36, 24), (577, 32), (40, 64), (5, 80), (9, 3), (16, 64)] {
            let q = random.floats(d), matrix = random.floats(keys * (d + 2)), p = random.floats(keys)
            let dots = { (kernels: ck_table) in
                var out = [Float](repeating: 0, count: keys)
                cached(matrix, keys, d) { kernels.dots(q, $0, &out) }
                return out
            }
            #expect(difference(dots(kernels), dots(reference)) < 1e-6, "dots \(keys) x \(d)")
            let sums = { (kernels: ck_table) in
                var out = [Float](repeating: 0, count: d)
                cached(matrix, keys, d) { kernels.weighted_sum(p, $0, &out) }
                return out
            }
            #expect(difference(sums(kernels), sums(reference)) < 1e-6, "weighted sum \(keys) x \(d)")
            let narrowed = { (kernels: ck_table) in
                var out = [UInt16](repeating: 0, count: matrix.count)
                kernels.narrow(matrix, matrix.count, &out)
                return out
            }
            let narrow = narrowed(reference)
            #expect(narrowed(kernels) == narrow)
            let narrowDots = { (kernels: ck_table) in
                var out = [Float](repeating: 0, count: keys)
                cached(narrow, keys, d) { kernels.dots_bf16(q, $0, &out) }
                return out
            }
            #expect(difference(narrowDots(kernels), narrowDots(reference)) < 1e-6, "dots \(keys) x \(d)")
            let narrowSums = { (kernels: ck_table) in
                var out = [Float](repeating: 0, count: d)
                cached(narrow, keys, d) { kernels.weighted_sum_bf16(p, $0, &out) }
                return out
            }
            #expect(difference(narrowSums(kernels), narrowSums(reference)) < 1e-6, "weighted sum \(keys) x \(d)")
        }
    }
}

/// Rows of d values, d + 2 apart, the last one first.
private func cached<Value>(_ values: [Value], _ count: Int, _ d: Int, _ body: (UnsafePointer<ck_cached>) -> Void) {
    let order = (0..<UInt32(count)).reversed().map { $0 }
    values.withUnsafeBytes { rows in
        order.withUnsafeBufferPointer { order in
            var cached = ck_cached(
                rows: rows.baseAddress, stride: d + 2, order: order.baseAddress, count: count, dimension: d)
            body(&cached)
        }
    }
}

/// Operands of one product; the rows of a, c and the residual are further apart than they are long.
private struct GemmCase {
    let m: Int
    let n: Int
    let k: Int
    let a: [Float]
    let bias: [Float]
    let residual: [Float]
    let panels: [UInt8]
    let format: ck_format
    let norm: [Float]?

    init(
        _ format: ck_format = CK_F32, m: Int, n: Int, k: Int, hasNorm: Bool = false, random: inout RandomValues
    ) {
        (self.m, self.n, self.k) = (m, n, k)
        self.format = format
        norm = hasNorm ? random.floats(2 * k) : nil
        a = random.floats(m * (k + 3))
        bias = random.floats(n)
        residual = random.floats(m * (n + 1))
        let weights = random.floats(n * k)
        panels = Self.pack(weights, format, k: k, n: n)
    }

    /// x as a column, times one.
    init(identityOf x: [Float]) {
        (m, n, k, format, norm) = (x.count, 1, 1, CK_F32, nil)
        a = x.flatMap { [$0, .nan, .nan, .nan] }
        bias = [0]
        residual = Array(repeating: 0, count: 2 * x.count)
        panels = Self.pack([1], CK_F32, k: 1, n: 1)
    }

    /// By the generic kernels, whose packing `packingIsTheSameEverywhere` compares with the others.
    static func pack(_ weights: [Float], _ format: ck_format, k: Int, n: Int, isa: ck_isa = CK_GENERIC) -> [UInt8] {
        var panels = [UInt8](repeating: 0xff, count: ck_packed_bytes(format, k, n))
        weights.withUnsafeBufferPointer { weights in
            panels.withUnsafeMutableBytes { panels in
                var job = ck_pack()
                (job.w, job.stored, job.ldw) = (UnsafeRawPointer(weights.baseAddress), CK_F32, k)
                (job.n, job.k, job.last) = (n, k, (n + Int(CK_PANEL) - 1) / Int(CK_PANEL))
                job.panels = panels.baseAddress
                guard let table = ck_table_for(isa) else { return }
                ck_pack_weights(table, format, &job)
            }
        }
        return panels
    }

    /// c [rows, n] for some of the rows; fails by NaN if the kernel writes beyond a row of c.
    func run(
        _ kernels: ck_table, rows: Range<Int>? = nil, bias hasBias: Bool, residual hasResidual: Bool,
        activation: ck_activation
    ) -> [Float] {
        let rows = rows ?? 0..<m
        let stride = n + 2
        var c = [Float](repeating: -77, count: rows.count * stride)
        var scratch = [Float](repeating: .nan, count: Int(CK_GEMM_SCRATCH))
        withUnsafePointers(a, bias, residual, norm ?? []) { a, bias, residual, norm in
            panels.withUnsafeBytes { panels in
                c.withUnsafeMutableBufferPointer { c in
                    scratch.withUnsafeMutableBufferPointer { scratch in
                        var g = ck_gemm()
                        (g.a, g.lda) = (a + rows.lowerBound * (k + 3), k + 3)
                        (g.panels, g.panel_bytes) = (panels.baseAddress, ck_panel_bytes(format, k))
                        g.bias = hasBias ? bias : nil
                        g.residual = hasResidual ? residual + rows.lowerBound * (n + 1) : nil
                        (g.ldr, g.c, g.ldc) = (n + 1, c.baseAddress, stride)
                        (g.m, g.n, g.k, g.activation) = (rows.count, n, k, activation)
                        g.scratch = scratch.baseAddress
                        let layerNorm = ck_norm(weight: norm, bias: norm.map { $0 + k }, epsilon: 1e-5)
                        withUnsafePointer(to: layerNorm) { layerNorm in
                            g.norm = self.norm == nil ? nil : layerNorm
                            withUnsafePointer(to: kernels) { ck_multiply($0, format, &g) }
                        }
                    }
                }
            }
        }
        return rows.indices.flatMap { row -> ArraySlice<Float> in
            let start = (row - rows.lowerBound) * stride
            let untouched = c[start + n..<start + stride].allSatisfy { $0 == -77 }
            return untouched ? c[start..<start + n] : [.nan]
        }
    }

    private func withUnsafePointers(
        _ a: [Float], _ b: [Float], _ c: [Float], _ d: [Float],
        _ body: (UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>, UnsafePointer<Float>?) -> Void
    ) {
        a.withUnsafeBufferPointer { a in
            b.withUnsafeBufferPointer { b in
                c.withUnsafeBufferPointer { c in
                    d.withUnsafeBufferPointer { d in
                        guard let a = a.baseAddress, let b = b.baseAddress, let c = c.baseAddress
                        else { return }
                        body(a, b, c, d.baseAddress)
                    }
                }
            }
        }
    }
}
