// Sums over tokens, aᵀ b: what channel attention needs.

// Rows of c are columns of a, so that tiles of MR x NR sums stay in registers over all tokens.
INLINE void KERNEL(gram_tile)(size_t rows, const ck_gram *g, size_t row, size_t column) {
    size_t n = smaller(NR, g->n - column);
    vf acc[MR][2];
    float *c = g->c + row * g->ldc + column;
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
        acc[r][0] = v_load_some(c + r * g->ldc, n);
        acc[r][1] = n > W ? v_load_some(c + r * g->ldc + W, n - W) : v_set1(0);
    }
    for (size_t t = 0; t < g->t; t++) {
        const float *a = g->a + t * g->lda + row, *b = g->b + t * g->ldb + column;
        vf b0 = v_load_some(b, n), b1 = n > W ? v_load_some(b + W, n - W) : v_set1(0);
        _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
            vf x = v_set1(a[r]);
            acc[r][0] = v_fma(x, b0, acc[r][0]);
            acc[r][1] = v_fma(x, b1, acc[r][1]);
        }
    }
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
        v_store_some(c + r * g->ldc, acc[r][0], n);
        if (n > W)
            v_store_some(c + r * g->ldc + W, acc[r][1], n - W);
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
