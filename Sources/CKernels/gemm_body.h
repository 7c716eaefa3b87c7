// Matrix products. Every element of a result is one chain of multiply-adds along k in ascending order that starts at
// zero, whatever the tile, so that it does not depend on the rows that go with it. Between two blocks of k the chain
// waits in c.

// Columns of a register tile: two vectors. A panel holds PANEL / NR of them side by side.
#define NR (2 * W)
// Activations are packed in tiles of MR rows; a tile holds, for each KB values of k, its rows one after the other:
// packing copies whole cache lines and the multiply loop reads one contiguous stream.
#define KB 16

typedef struct {
    const float *a; // one packed tile
    const float *b; // first of NR columns in a panel
    const ck_gemm *g;
    size_t depth;       // values of k in this block
    size_t row, column; // of the tile in c
    int first, last;    // block of k
} KERNEL(tile);

INLINE size_t KERNEL(smaller)(size_t a, size_t b) {
    return a < b ? a : b;
}

// Copies rows x depth activations into tiles of MR rows.
static void KERNEL(pack_rows)(const float *a, size_t lda, size_t rows, size_t depth, float *out) {
    for (size_t row = 0; row < rows; row += MR) {
        size_t tile = KERNEL(smaller)(MR, rows - row);
        for (size_t k = 0; k < depth; k += KB) {
            size_t n = KERNEL(smaller)(KB, depth - k);
            for (size_t r = 0; r < tile; r++, out += KB) {
                const float *source = a + (row + r) * lda + k;
                if (n == KB) {
                    for (size_t i = 0; i < KB; i += W)
                        v_store(out + i, v_load(source + i));
                } else {
                    for (size_t i = 0; i < n; i++)
                        out[i] = source[i];
                }
            }
        }
    }
}

// One step of k for every accumulator of a tile of `rows` rows (a constant after inlining).
INLINE void KERNEL(step)(size_t rows, const float *a, const float *b, vf acc[MR][2]) {
    vf b0 = v_load(b), b1 = v_load(b + W);
    if (rows <= 4)
        __builtin_prefetch(b + 16 * CK_PANEL);
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
        vf x = v_set1(a[r * KB]);
        acc[r][0] = v_fma(x, b0, acc[r][0]);
        acc[r][1] = v_fma(x, b1, acc[r][1]);
    }
}

INLINE vf KERNEL(load_some)(const float *p, size_t n) {
    return n >= W ? v_load(p) : v_load_n(p, n);
}
INLINE void KERNEL(store_some)(float *p, vf v, size_t n) {
    if (n >= W) {
        v_store(p, v);
    } else {
        v_store_n(p, v, n);
    }
}

// What follows the last value of k: bias, activation, residual, for `n` of the tile's columns.
INLINE void KERNEL(epilogue)(const ck_gemm *g, size_t row, size_t column, size_t n, vf v, size_t offset) {
    size_t valid = n > offset ? n - offset : 0;
    if (valid == 0)
        return;
    if (g->bias)
        v = v_add(v, KERNEL(load_some)(g->bias + column + offset, valid));
    if (g->residual)
        v = v_add(v, KERNEL(load_some)(g->residual + row * g->ldr + column + offset, valid));
    KERNEL(store_some)(g->c + row * g->ldc + column + offset, v, valid);
}

static void KERNEL(gelu_tile)(const ck_gemm *g, size_t row, size_t rows, size_t column, size_t n) {
    for (size_t r = 0; r < rows; r++) {
        float *c = g->c + (row + r) * g->ldc + column;
        for (size_t i = 0; i < n; i += W)
            KERNEL(store_some)(c + i, v_gelu(KERNEL(load_some)(c + i, n - i)), n - i);
    }
}

INLINE void KERNEL(multiply)(size_t rows, const KERNEL(tile) * t) {
    const ck_gemm *g = t->g;
    size_t n = KERNEL(smaller)(NR, g->n - t->column);
    float *c = g->c + t->row * g->ldc + t->column;
    vf acc[MR][2];
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
        acc[r][0] = acc[r][1] = v_set1(0);
        if (!t->first) {
            acc[r][0] = KERNEL(load_some)(c + r * g->ldc, n);
            if (n > W)
                acc[r][1] = KERNEL(load_some)(c + r * g->ldc + W, n - W);
        }
    }
    const float *a = t->a, *b = t->b;
    size_t k = t->depth;
    for (; k >= KB; k -= KB, a += rows * KB, b += KB * CK_PANEL) {
        _Pragma("clang loop unroll_count(4)") for (size_t i = 0; i < KB; i++)
            KERNEL(step)(rows, a + i, b + i * CK_PANEL, acc);
    }
    for (size_t i = 0; i < k; i++)
        KERNEL(step)(rows, a + i, b + i * CK_PANEL, acc);
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
        if (t->last) {
            KERNEL(epilogue)(g, t->row + r, t->column, n, acc[r][0], 0);
            KERNEL(epilogue)(g, t->row + r, t->column, n, acc[r][1], W);
        } else {
            KERNEL(store_some)(c + r * g->ldc, acc[r][0], n);
            if (n > W)
                KERNEL(store_some)(c + r * g->ldc + W, acc[r][1], n - W);
        }
    }
    if (t->last && g->activation == CK_GELU)
        KERNEL(gelu_tile)(g, t->row, rows, t->column, n);
}

#define MULTIPLY(rows)                                                                                                 \
    static void KERNEL(multiply_##rows)(const KERNEL(tile) * t) {                                                      \
        KERNEL(multiply)(rows, t);                                                                                     \
    }
MULTIPLY(1)
MULTIPLY(2)
MULTIPLY(3)
MULTIPLY(4)
#if MR > 4
MULTIPLY(5)
MULTIPLY(6)
#endif
#if MR > 6
MULTIPLY(7)
MULTIPLY(8)
MULTIPLY(9)
MULTIPLY(10)
MULTIPLY(11)
MULTIPLY(12)
#endif
#undef MULTIPLY

static void (*const KERNEL(multiply_rows)[MR + 1])(const KERNEL(tile) *) = {
    0,
    KERNEL(multiply_1),
    KERNEL(multiply_2),
    KERNEL(multiply_3),
    KERNEL(multiply_4),
#if MR > 4
    KERNEL(multiply_5),
    KERNEL(multiply_6),
#endif
#if MR > 6
    KERNEL(multiply_7),
    KERNEL(multiply_8),
    KERNEL(multiply_9),
    KERNEL(multiply_10),
    KERNEL(multiply_11),
    KERNEL(multiply_12),
#endif
};

// How many values of k one block has: all of them for a few rows, whose weights then stream in one pass; else about
// 512, so that the packed activations stay in the second-level cache. Whole KBs, evenly cut.
static size_t KERNEL(block_depth)(size_t m, size_t k) {
    size_t rows = m < CK_GEMM_ROW_BLOCK ? m : CK_GEMM_ROW_BLOCK;
    size_t most = rows <= CK_GEMM_FEW_ROWS ? CK_GEMM_SCRATCH / CK_GEMM_FEW_ROWS : 512;
    size_t blocks = (k + most - 1) / most;
    size_t depth = blocks ? (k + blocks - 1) / blocks : 0;
    return (depth + KB - 1) / KB * KB;
}

static void KERNEL(f32_gemm)(const ck_gemm *g) {
    size_t block = KERNEL(block_depth)(g->m, g->k);
    for (size_t m0 = 0; m0 < g->m; m0 += CK_GEMM_ROW_BLOCK) {
        size_t rows = KERNEL(smaller)(CK_GEMM_ROW_BLOCK, g->m - m0);
        for (size_t k0 = 0; k0 < g->k; k0 += block) {
            size_t depth = KERNEL(smaller)(block, g->k - k0);
            size_t padded = (depth + KB - 1) / KB * KB;
            KERNEL(pack_rows)(g->a + m0 * g->lda + k0, g->lda, rows, depth, g->scratch);
            KERNEL(tile) t = {.g = g, .depth = depth, .first = k0 == 0, .last = k0 + depth == g->k};
            for (size_t n0 = 0; n0 < g->n; n0 += NR) {
                t.b = g->panels + n0 / CK_PANEL * CK_PANEL * g->k + k0 * CK_PANEL + n0 % CK_PANEL;
                t.column = n0;
                for (size_t r = 0; r < rows; r += MR) {
                    t.a = g->scratch + r * padded;
                    t.row = m0 + r;
                    KERNEL(multiply_rows)[KERNEL(smaller)(MR, rows - r)](&t);
                }
            }
        }
    }
}

// c += aᵀ b: rows of c are columns of a, so that tiles of MR x NR sums stay in registers over all tokens.
INLINE void KERNEL(gram_tile)(size_t rows, const ck_gram *g, size_t row, size_t column) {
    size_t n = KERNEL(smaller)(NR, g->n - column);
    vf acc[MR][2];
    float *c = g->c + row * g->ldc + column;
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
        acc[r][0] = KERNEL(load_some)(c + r * g->ldc, n);
        acc[r][1] = n > W ? KERNEL(load_some)(c + r * g->ldc + W, n - W) : v_set1(0);
    }
    for (size_t t = 0; t < g->t; t++) {
        const float *a = g->a + t * g->lda + row, *b = g->b + t * g->ldb + column;
        vf b0 = KERNEL(load_some)(b, n), b1 = n > W ? KERNEL(load_some)(b + W, n - W) : v_set1(0);
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
            vf x = v_set1(a[r]);
            acc[r][0] = v_fma(x, b0, acc[r][0]);
            acc[r][1] = v_fma(x, b1, acc[r][1]);
        }
    }
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
        KERNEL(store_some)(c + r * g->ldc, acc[r][0], n);
        if (n > W)
            KERNEL(store_some)(c + r * g->ldc + W, acc[r][1], n - W);
    }
}

#define GRAM_ROWS (MR == 12 ? 8 : MR > 4 ? 4 : 2)

static void KERNEL(f32_gram)(const ck_gram *g) {
    for (size_t column = 0; column < g->n; column += NR) {
        size_t row = 0;
        for (; row + GRAM_ROWS <= g->m; row += GRAM_ROWS)
            KERNEL(gram_tile)(GRAM_ROWS, g, row, column);
        for (; row < g->m; row++)
            KERNEL(gram_tile)(1, g, row, column);
    }
}
