// Attention of a few query rows, as in decoding: keys and values are read where they lie, once for all rows.

#define FEW 4

// Scores of `rows` queries (a constant after inlining) with one key; each is W partial sums added in one fixed order.
INLINE void KERNEL(dots_of_key)(size_t rows, const float *q, const float *key, size_t d, float *scores, size_t lds) {
    vf sum[FEW];
    for (size_t r = 0; r < rows; r++)
        sum[r] = v_set1(0);
    size_t i = 0;
    for (; i + W <= d; i += W) {
        vf k = v_load(key + i);
        for (size_t r = 0; r < rows; r++)
            sum[r] = v_fma(v_load(q + r * d + i), k, sum[r]);
    }
    if (i < d) {
        vf k = v_load_n(key + i, d - i);
        for (size_t r = 0; r < rows; r++)
            sum[r] = v_fma(v_load_n(q + r * d + i, d - i), k, sum[r]);
    }
    for (size_t r = 0; r < rows; r++)
        scores[r * lds] = v_sum(sum[r]);
}

static void KERNEL(f32_dots)(const float *q, size_t rows, const float *keys, size_t ldk, size_t n, size_t d,
                             float *scores, size_t lds) {
    size_t r = 0;
    for (; r + FEW <= rows; r += FEW)
        for (size_t j = 0; j < n; j++)
            KERNEL(dots_of_key)(FEW, q + r * d, keys + j * ldk, d, scores + r * lds + j, lds);
    if (rows - r == 3) {
        for (size_t j = 0; j < n; j++)
            KERNEL(dots_of_key)(3, q + r * d, keys + j * ldk, d, scores + r * lds + j, lds);
    } else if (rows - r == 2) {
        for (size_t j = 0; j < n; j++)
            KERNEL(dots_of_key)(2, q + r * d, keys + j * ldk, d, scores + r * lds + j, lds);
    } else if (rows - r == 1) {
        for (size_t j = 0; j < n; j++)
            KERNEL(dots_of_key)(1, q + r * d, keys + j * ldk, d, scores + r * lds + j, lds);
    }
}

// `vectors` (a constant after inlining) vectors of one row's result.
INLINE void KERNEL(weighted_columns)(size_t vectors, const float *p, const float *values, size_t ldv, size_t n,
                                     float *out) {
    vf sum[4];
    for (size_t v = 0; v < vectors; v++)
        sum[v] = v_set1(0);
    for (size_t j = 0; j < n; j++) {
        vf x = v_set1(p[j]);
        for (size_t v = 0; v < vectors; v++)
            sum[v] = v_fma(x, v_load(values + j * ldv + v * W), sum[v]);
    }
    for (size_t v = 0; v < vectors; v++)
        v_store(out + v * W, sum[v]);
}

static void KERNEL(f32_weighted_sum)(const float *p, size_t ldp, size_t rows, const float *values, size_t ldv, size_t n,
                                     size_t d, float *out) {
    for (size_t r = 0; r < rows; r++, p += ldp, out += d) {
        size_t i = 0;
        for (; i + 4 * W <= d; i += 4 * W)
            KERNEL(weighted_columns)(4, p, values + i, ldv, n, out + i);
        for (; i + W <= d; i += W)
            KERNEL(weighted_columns)(1, p, values + i, ldv, n, out + i);
        if (i == d)
            continue;
        vf sum = v_set1(0);
        for (size_t j = 0; j < n; j++)
            sum = v_fma(v_set1(p[j]), v_load_n(values + j * ldv + i, d - i), sum);
        v_store_n(out + i, sum, d - i);
    }
}
