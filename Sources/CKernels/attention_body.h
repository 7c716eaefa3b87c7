// Attention of one query row to what is cached, as in decoding: keys and values are read where they lie.

// Values i ..< i + W of a row of `n`, float32 or bfloat16 (a constant after inlining), zero beyond its end.
INLINE vf KERNEL(cached)(ck_format format, const char *row, size_t i, size_t n) {
    if (format == CK_BF16) {
        if (i + W <= n)
            return v_load_bf16(row + 2 * i);
        uint16_t some[W] = {0};
        memcpy(some, row + 2 * i, 2 * (n - i));
        return v_load_bf16(some);
    }
    return v_load_some((const float *)row + i, n - i);
}

// Scores of one query with n keys, W keys at a time: each is W partial sums added in one fixed order.
INLINE void KERNEL(dots)(ck_format format, const float *q, const char *keys, size_t stride, size_t n, size_t d,
                         float *scores) {
    for (size_t j = 0; j < n; j += W) {
        size_t count = smaller(W, n - j);
        vf sums[W];
        for (size_t r = 0; r < W; r++)
            sums[r] = v_set1(0);
        for (size_t i = 0; i < d; i += W) {
            vf x = v_load_some(q + i, d - i);
            if (count == W) {
                _Pragma("clang loop unroll(full)") for (size_t r = 0; r < W; r++)
                    sums[r] = v_fma(x, KERNEL(cached)(format, keys + (j + r) * stride, i, d), sums[r]);
            } else {
                for (size_t r = 0; r < count; r++)
                    sums[r] = v_fma(x, KERNEL(cached)(format, keys + (j + r) * stride, i, d), sums[r]);
            }
        }
        v_store_some(scores + j, v_sums(sums), count);
    }
}

static void KERNEL(f32_dots)(const float *q, const void *keys, size_t ldk, size_t n, size_t d, float *scores) {
    KERNEL(dots)(CK_F32, q, keys, ldk * 4, n, d, scores);
}

static void KERNEL(bf16_dots)(const float *q, const void *keys, size_t ldk, size_t n, size_t d, float *scores) {
    KERNEL(dots)(CK_BF16, q, keys, ldk * 2, n, d, scores);
}

// `vectors` (a constant after inlining) vectors of the result.
INLINE void KERNEL(weighted_columns)(ck_format format, size_t vectors, const float *p, const char *values,
                                     size_t stride, size_t n, size_t i, size_t d, float *out) {
    vf sum[4];
    for (size_t v = 0; v < vectors; v++)
        sum[v] = v_set1(0);
    for (size_t j = 0; j < n; j++) {
        vf x = v_set1(p[j]);
        for (size_t v = 0; v < vectors; v++)
            sum[v] = v_fma(x, KERNEL(cached)(format, values + j * stride, i + v * W, d), sum[v]);
    }
    for (size_t v = 0; v < vectors; v++)
        v_store_some(out + i + v * W, sum[v], d - i - v * W);
}

INLINE void KERNEL(weighted_sum)(ck_format format, const float *p, const char *values, size_t stride, size_t n,
                                 size_t d, float *out) {
    size_t i = 0;
    for (; i + 4 * W <= d; i += 4 * W)
        KERNEL(weighted_columns)(format, 4, p, values, stride, n, i, d, out);
    for (; i < d; i += W)
        KERNEL(weighted_columns)(format, 1, p, values, stride, n, i, d, out);
}

static void KERNEL(f32_weighted_sum)(const float *p, const void *values, size_t ldv, size_t n, size_t d, float *out) {
    KERNEL(weighted_sum)(CK_F32, p, values, ldv * 4, n, d, out);
}

static void KERNEL(bf16_weighted_sum)(const float *p, const void *values, size_t ldv, size_t n, size_t d, float *out) {
    KERNEL(weighted_sum)(CK_BF16, p, values, ldv * 2, n, d, out);
}

// To bfloat16, to nearest even.
static void KERNEL(narrow)(const float *x, size_t n, uint16_t *out) {
    size_t i = 0;
    for (; i + W <= n; i += W)
        v_store_bf16(out + i, v_load(x + i));
    if (i < n) {
        uint16_t some[W];
        v_store_bf16(some, v_load_n(x + i, n - i));
        memcpy(out + i, some, 2 * (n - i));
    }
}
