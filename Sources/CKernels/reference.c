// The slow twins: the formula of every kernel in plain loops, with sums in double precision. Tests compare with these.
#include "CKernels.h"

#include <math.h>
#include <string.h>

static double reference_gelu(double x) {
    return 0.5 * x * (1 + erf(x * 0.70710678118654752440));
}

static float widen_f16(uint16_t half) {
    int exponent = half >> 10 & 31;
    double fraction = half & 1023, sign = half & 0x8000 ? -1 : 1;
    if (exponent == 31)
        return (float)(sign * (fraction == 0 ? INFINITY : NAN));
    return (float)(sign * (exponent == 0 ? ldexp(fraction, -24) : ldexp(1024 + fraction, exponent - 25)));
}

static float widen_bf16(uint16_t half) {
    uint32_t bits = (uint32_t)half << 16;
    float value;
    memcpy(&value, &bits, 4);
    return value;
}

// To nearest even.
static float round_to_bf16(float x) {
    uint32_t bits;
    if (isnan(x))
        return NAN;
    memcpy(&bits, &x, 4);
    return widen_bf16((uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16));
}

// Value k of column j of packed weights; of int8 the bare number.
static float packed_value(ck_format format, const void *panels, size_t panel_bytes, size_t k, size_t j) {
    const char *panel = (const char *)panels + j / CK_PANEL * panel_bytes;
    size_t column = j % CK_PANEL, block = k / CK_I8_DEPTH * CK_I8_DEPTH;
    switch (format) {
    case CK_F16:
        return widen_f16(((const uint16_t *)panel)[k * CK_PANEL + column]);
    case CK_BF16:
        return widen_bf16(((const uint16_t *)panel)[k / 2 * 2 * CK_PANEL + column * 2 + k % 2]);
    case CK_I8:
        return ((const int8_t *)panel)[ck_panel_bytes(CK_I8, block) + ((k - block) / 4 * CK_PANEL + column) * 4 + k % 4];
    default:
        return ((const float *)panel)[k * CK_PANEL + column];
    }
}

static float activation_value(const ck_gemm *g, size_t i, size_t k, double mean, double scale) {
    float x = g->a[i * g->lda + k];
    return g->norm ? (float)((x - mean) * scale * g->norm->weight[k] + g->norm->bias[k]) : x;
}

static void row_statistics(const ck_gemm *g, size_t i, double *mean, double *scale) {
    double variance = 0;
    *mean = 0;
    for (size_t k = 0; k < g->k; k++)
        *mean += g->a[i * g->lda + k] / (double)g->k;
    for (size_t k = 0; k < g->k; k++)
        variance += (g->a[i * g->lda + k] - *mean) * (g->a[i * g->lda + k] - *mean) / (double)g->k;
    *scale = 1 / sqrt(variance + (g->norm ? g->norm->epsilon : 1));
}

// Values k0 ..< k1 of row i times column j in int8.
static double quantized_sum(const ck_gemm *g, size_t i, size_t j, size_t k0, size_t k1, double mean, double scale) {
    float largest = 0, column_unit;
    for (size_t k = k0; k < k1; k++)
        largest = fmaxf(largest, fabsf(activation_value(g, i, k, mean, scale)));
    float unit = largest / 127, inverse = unit > 0 ? 1 / unit : 0;
    int64_t sum = 0;
    for (size_t k = k0; k < k1; k++) {
        float weight = packed_value(CK_I8, g->panels, g->panel_bytes, k, j);
        sum += (int64_t)rintf(activation_value(g, i, k, mean, scale) * inverse) * (int64_t)weight;
    }
    const char *end = (const char *)g->panels + j / CK_PANEL * g->panel_bytes + ck_panel_bytes(CK_I8, k1);
    memcpy(&column_unit, end - 2 * CK_PANEL * 4 + j % CK_PANEL * 4, 4);
    return (double)sum * unit * column_unit;
}

static double product_sum(const ck_gemm *g, ck_format format, size_t i, size_t j, double mean, double scale) {
    double sum = 0;
    for (size_t k = 0; k < g->k; k++) {
        if (format == CK_I8) {
            if (k % CK_I8_DEPTH == 0)
                sum += quantized_sum(g, i, j, k, k + CK_I8_DEPTH < g->k ? k + CK_I8_DEPTH : g->k, mean, scale);
            continue;
        }
        float x = activation_value(g, i, k, mean, scale);
        if (format == CK_BF16)
            x = round_to_bf16(x);
        sum += (double)x * packed_value(format, g->panels, g->panel_bytes, k, j);
    }
    return sum;
}

static void reference_gemm(const ck_gemm *g, ck_format format) {
    for (size_t i = 0; i < g->m; i++) {
        double mean, scale;
        row_statistics(g, i, &mean, &scale);
        for (size_t j = 0; j < g->n; j++) {
            double sum = product_sum(g, format, i, j, mean, scale);
            if (g->continues)
                sum += g->c[i * g->ldc + j];
            if (g->bias && !g->unfinished)
                sum += g->bias[j];
            if (g->activation == CK_GELU && !g->unfinished)
                sum = reference_gelu(sum);
            if (g->residual && !g->unfinished)
                sum += g->residual[i * g->ldr + j];
            g->c[i * g->ldc + j] = (float)sum;
        }
    }
}

static void reference_gemm_f32(const ck_gemm *g) {
    reference_gemm(g, CK_F32);
}
static void reference_gemm_f16(const ck_gemm *g) {
    reference_gemm(g, CK_F16);
}
static void reference_gemm_bf16(const ck_gemm *g) {
    reference_gemm(g, CK_BF16);
}
static void reference_gemm_i8(const ck_gemm *g) {
    reference_gemm(g, CK_I8);
}

static void reference_gram(const ck_gram *g) {
    for (size_t i = 0; i < g->m; i++) {
        for (size_t j = 0; j < g->n; j++) {
            double sum = g->c[i * g->ldc + j];
            for (size_t t = 0; t < g->t; t++)
                sum += (double)g->a[t * g->lda + i] * g->b[t * g->ldb + j];
            g->c[i * g->ldc + j] = (float)sum;
        }
    }
}

static void reference_dwconv3x3(const ck_dwconv *d) {
    size_t n = d->channels;
    for (size_t x = 0; x < d->width; x++) {
        for (size_t c = 0; c < n; c++) {
            double sum = (double)d->bias[c] + d->x[(d->y * d->width + x) * n + c];
            for (size_t t = 0; t < 9; t++) {
                size_t ty = d->y + t / 3, tx = x + t % 3; // one more than the position itself
                if (ty < 1 || ty > d->height || tx < 1 || tx > d->width)
                    continue;
                sum += (double)d->x[((ty - 1) * d->width + tx - 1) * n + c] * d->weight[t * n + c];
            }
            d->out[x * n + c] = (float)sum;
        }
    }
}

static void reference_layer_norm(const float *x, const float *weight, const float *bias, float epsilon, size_t rows,
                                 size_t n, float *out) {
    for (size_t r = 0; r < rows; r++, x += n, out += n) {
        double mean = 0, variance = 0;
        for (size_t i = 0; i < n; i++)
            mean += x[i] / (double)n;
        for (size_t i = 0; i < n; i++)
            variance += (x[i] - mean) * (x[i] - mean) / (double)n;
        for (size_t i = 0; i < n; i++)
            out[i] = (float)((x[i] - mean) / sqrt(variance + epsilon) * weight[i] + bias[i]);
    }
}

static double reference_exp_sum(const float *x, size_t n, double scale, double max) {
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += exp(scale * x[i] - max);
    return sum;
}

static double reference_max(const float *x, size_t n, double scale) {
    double max = scale * x[0];
    for (size_t i = 1; i < n; i++)
        max = fmax(max, scale * x[i]);
    return max;
}

static void reference_softmax(float *x, size_t ldx, size_t rows, size_t n, float scale) {
    for (size_t r = 0; r < rows; r++, x += ldx) {
        double max = reference_max(x, n, scale), sum = reference_exp_sum(x, n, scale, max);
        for (size_t i = 0; i < n; i++)
            x[i] = (float)(exp((double)scale * x[i] - max) / sum);
    }
}

static void reference_log_softmax(const float *x, size_t n, float *out) {
    double max = reference_max(x, n, 1), shift = log(reference_exp_sum(x, n, 1, max));
    for (size_t i = 0; i < n; i++)
        out[i] = (float)(x[i] - max - shift);
}

static size_t reference_first_above(const float *x, size_t first, size_t n, float addend, float threshold) {
    while (first < n && !(x[first] + addend > threshold))
        first++;
    return first;
}

static void reference_add(const float *x, const float *y, size_t n, float *out) {
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] + y[i];
}

static float cached_value(ck_format format, const void *values, size_t i) {
    return format == CK_BF16 ? widen_bf16(((const uint16_t *)values)[i]) : ((const float *)values)[i];
}

static void dots(ck_format format, const float *q, const ck_cached *keys, float *scores) {
    for (size_t j = 0; j < keys->count; j++) {
        double sum = 0;
        for (size_t i = 0; i < keys->dimension; i++)
            sum += (double)q[i] * cached_value(format, keys->rows, keys->order[j] * keys->stride + i);
        scores[j] = (float)sum;
    }
}

static void reference_dots(const float *q, const ck_cached *keys, float *scores) {
    dots(CK_F32, q, keys, scores);
}

static void reference_dots_bf16(const float *q, const ck_cached *keys, float *scores) {
    dots(CK_BF16, q, keys, scores);
}

static void weighted_sum(ck_format format, const float *p, const ck_cached *values, float *out) {
    for (size_t i = 0; i < values->dimension; i++) {
        double sum = 0;
        for (size_t j = 0; j < values->count; j++)
            sum += (double)p[j] * cached_value(format, values->rows, values->order[j] * values->stride + i);
        out[i] = (float)sum;
    }
}

static void reference_weighted_sum(const float *p, const ck_cached *values, float *out) {
    weighted_sum(CK_F32, p, values, out);
}

static void reference_weighted_sum_bf16(const float *p, const ck_cached *values, float *out) {
    weighted_sum(CK_BF16, p, values, out);
}

static void reference_narrow(const float *x, size_t n, uint16_t *out) {
    for (size_t i = 0; i < n; i++) {
        float rounded = round_to_bf16(x[i]);
        memcpy(out + i, (const char *)&rounded + 2, 2);
    }
}

static const ck_table reference_table = {
    .isa = CK_GENERIC,
    .gemm = {reference_gemm_f32, reference_gemm_f16, reference_gemm_bf16, reference_gemm_i8},
    .gram = reference_gram,
    .dwconv3x3 = reference_dwconv3x3,
    .layer_norm = reference_layer_norm,
    .softmax = reference_softmax,
    .log_softmax = reference_log_softmax,
    .first_above = reference_first_above,
    .add = reference_add,
    .dots = reference_dots,
    .dots_bf16 = reference_dots_bf16,
    .weighted_sum = reference_weighted_sum,
    .weighted_sum_bf16 = reference_weighted_sum_bf16,
    .narrow = reference_narrow,
};

const ck_table *ck_reference(void) {
    return &reference_table;
}
