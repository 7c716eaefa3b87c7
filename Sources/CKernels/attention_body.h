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

INLINE const char *KERNEL(cached_row)(ck_format format, const ck_cached *c, size_t j) {
    return (const char *)c->rows + c->order[j] * c->stride * (format == CK_BF16 ? 2 : 4);
}

// Scores of one query, W keys at a time: each is W partial sums added in one fixed order.
INLINE void KERNEL(dots)(ck_format format, const float *q, const ck_cached *keys, float *scores) {
    size_t d = keys->dimension;
    for (size_t j = 0; j < keys->count; j += W) {
        size_t count = smaller(W, keys->count - j);
        const char *rows[W];
        vf sums[W];
        for (size_t r = 0; r < W; r++) {
            rows[r] = KERNEL(cached_row)(format, keys, j + (r < count ? r : 0));
            sums[r] = v_set1(0);
        }
        for (size_t i = 0; i < d; i += W) {
            vf x = v_load_some(q + i, d - i);
            _Pragma("clang loop unroll(full)") for (size_t r = 0; r < W; r++)
                sums[r] = v_fma(x, KERNEL(cached)(format, rows[r], i, d), sums[r]);
        }
        v_store_some(scores + j, v_sums(sums), count);
    }
}

static void KERNEL(f32_dots)(const float *q, const ck_cached *keys, float *scores) {
    KERNEL(dots)(CK_F32, q, keys, scores);
}

static void KERNEL(bf16_dots)(const float *q, const ck_cached *keys, float *scores) {
    KERNEL(dots)(CK_BF16, q, keys, scores);
}

// `vectors` (a constant after inlining) vectors of the result from column i on.
INLINE void KERNEL(weighted_columns)(ck_format format, size_t vectors, const float *p, const ck_cached *values,
                                     size_t i, float *out) {
    size_t d = values->dimension;
    vf sum[4];
    for (size_t v = 0; v < vectors; v++)
        sum[v] = v_set1(0);
    for (size_t j = 0; j < values->count; j++) {
        vf x = v_set1(p[j]);
        const char *row = KERNEL(cached_row)(format, values, j);
        for (size_t v = 0; v < vectors; v++)
            sum[v] = v_fma(x, KERNEL(cached)(format, row, i + v * W, d), sum[v]);
    }
    for (size_t v = 0; v < vectors; v++)
        v_store_some(out + i + v * W, sum[v], d - i - v * W);
}

INLINE void KERNEL(weighted_sum)(ck_format format, const float *p, const ck_cached *values, float *out) {
    size_t i = 0, d = values->dimension;
    for (; i + 4 * W <= d; i += 4 * W)
        KERNEL(weighted_columns)(format, 4, p, values, i, out);
    for (; i < d; i += W)
        KERNEL(weighted_columns)(format, 1, p, values, i, out);
}

static void KERNEL(f32_weighted_sum)(const float *p, const ck_cached *values, float *out) {
    KERNEL(weighted_sum)(CK_F32, p, values, out);
}

static void KERNEL(bf16_weighted_sum)(const float *p, const ck_cached *values, float *out) {
    KERNEL(weighted_sum)(CK_BF16, p, values, out);
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
