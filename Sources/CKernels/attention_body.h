// Attention of a few query rows, as in decoding: keys and values are read where they lie, once for all rows.

#define FEW 4

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

// Scores of `rows` queries (a constant after inlining) with one key; each is W partial sums added in one fixed order.
INLINE void KERNEL(dots_of_key)(ck_format format, size_t rows, const float *q, const char *key, size_t d, float *scores,
                                size_t lds) {
    vf sum[FEW];
    for (size_t r = 0; r < rows; r++)
        sum[r] = v_set1(0);
    for (size_t i = 0; i < d; i += W) {
        vf k = KERNEL(cached)(format, key, i, d);
        for (size_t r = 0; r < rows; r++)
            sum[r] = v_fma(v_load_some(q + r * d + i, d - i), k, sum[r]);
    }
    for (size_t r = 0; r < rows; r++)
        scores[r * lds] = v_sum(sum[r]);
}

INLINE void KERNEL(dots)(ck_format format, const float *q, size_t rows, const char *keys, size_t stride, size_t n,
                         size_t d, float *scores, size_t lds) {
    for (size_t r = 0; r < rows; r += FEW) {
        const float *queries = q + r * d;
        float *out = scores + r * lds;
        switch (smaller(FEW, rows - r)) {
        case 1:
            for (size_t j = 0; j < n; j++)
                KERNEL(dots_of_key)(format, 1, queries, keys + j * stride, d, out + j, lds);
            break;
        case 2:
            for (size_t j = 0; j < n; j++)
                KERNEL(dots_of_key)(format, 2, queries, keys + j * stride, d, out + j, lds);
            break;
        case 3:
            for (size_t j = 0; j < n; j++)
                KERNEL(dots_of_key)(format, 3, queries, keys + j * stride, d, out + j, lds);
            break;
        default:
            for (size_t j = 0; j < n; j++)
                KERNEL(dots_of_key)(format, FEW, queries, keys + j * stride, d, out + j, lds);
        }
    }
}

static void KERNEL(f32_dots)(const float *q, size_t rows, const void *keys, size_t ldk, size_t n, size_t d,
                             float *scores, size_t lds) {
    KERNEL(dots)(CK_F32, q, rows, keys, ldk * 4, n, d, scores, lds);
}

static void KERNEL(bf16_dots)(const float *q, size_t rows, const void *keys, size_t ldk, size_t n, size_t d,
                              float *scores, size_t lds) {
    KERNEL(dots)(CK_BF16, q, rows, keys, ldk * 2, n, d, scores, lds);
}

// One vector of the results of `rows` rows (a constant after inlining); each value is read once for all of them.
INLINE void KERNEL(weighted_column)(ck_format format, size_t rows, const float *p, size_t ldp, const char *values,
                                    size_t stride, size_t n, size_t i, size_t d, float *out) {
    vf sum[FEW];
    for (size_t r = 0; r < rows; r++)
        sum[r] = v_set1(0);
    for (size_t j = 0; j < n; j++) {
        vf v = KERNEL(cached)(format, values + j * stride, i, d);
        for (size_t r = 0; r < rows; r++)
            sum[r] = v_fma(v_set1(p[r * ldp + j]), v, sum[r]);
    }
    for (size_t r = 0; r < rows; r++)
        v_store_some(out + r * d + i, sum[r], d - i);
}

INLINE void KERNEL(weighted_sum)(ck_format format, const float *p, size_t ldp, size_t rows, const char *values,
                                 size_t stride, size_t n, size_t d, float *out) {
    for (size_t r = 0; r < rows; r += FEW) {
        const float *weights = p + r * ldp;
        float *to = out + r * d;
        for (size_t i = 0; i < d; i += W) {
            switch (smaller(FEW, rows - r)) {
            case 1:
                KERNEL(weighted_column)(format, 1, weights, ldp, values, stride, n, i, d, to);
                break;
            case 2:
                KERNEL(weighted_column)(format, 2, weights, ldp, values, stride, n, i, d, to);
                break;
            case 3:
                KERNEL(weighted_column)(format, 3, weights, ldp, values, stride, n, i, d, to);
                break;
            default:
                KERNEL(weighted_column)(format, FEW, weights, ldp, values, stride, n, i, d, to);
            }
        }
    }
}

static void KERNEL(f32_weighted_sum)(const float *p, size_t ldp, size_t rows, const void *values, size_t ldv, size_t n,
                                     size_t d, float *out) {
    KERNEL(weighted_sum)(CK_F32, p, ldp, rows, values, ldv * 4, n, d, out);
}

static void KERNEL(bf16_weighted_sum)(const float *p, size_t ldp, size_t rows, const void *values, size_t ldv, size_t n,
                                      size_t d, float *out) {
    KERNEL(weighted_sum)(CK_BF16, p, ldp, rows, values, ldv * 2, n, d, out);
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
