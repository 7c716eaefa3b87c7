// The slow twins: the formula of every kernel in plain loops, with sums in double precision. Tests compare with these.
#include "CKernels.h"

#include <math.h>

static double reference_gelu(double x) {
    return 0.5 * x * (1 + erf(x * 0.70710678118654752440));
}

static void reference_gemm(const ck_gemm *g) {
    for (size_t i = 0; i < g->m; i++) {
        for (size_t j = 0; j < g->n; j++) {
            const float *b = g->panels + j / CK_PANEL * CK_PANEL * g->k + j % CK_PANEL;
            double sum = 0;
            for (size_t p = 0; p < g->k; p++)
                sum += (double)g->a[i * g->lda + p] * b[p * CK_PANEL];
            if (g->bias)
                sum += g->bias[j];
            if (g->activation == CK_GELU)
                sum = reference_gelu(sum);
            if (g->residual)
                sum += g->residual[i * g->ldr + j];
            g->c[i * g->ldc + j] = (float)sum;
        }
    }
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

static void reference_add(const float *x, const float *y, size_t n, float *out) {
    for (size_t i = 0; i < n; i++)
        out[i] = x[i] + y[i];
}

static void reference_dots(const float *q, size_t rows, const float *keys, size_t ldk, size_t n, size_t d,
                           float *scores, size_t lds) {
    for (size_t r = 0; r < rows; r++) {
        for (size_t j = 0; j < n; j++) {
            double sum = 0;
            for (size_t i = 0; i < d; i++)
                sum += (double)q[r * d + i] * keys[j * ldk + i];
            scores[r * lds + j] = (float)sum;
        }
    }
}

static void reference_weighted_sum(const float *p, size_t ldp, size_t rows, const float *values, size_t ldv, size_t n,
                                   size_t d, float *out) {
    for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < d; i++) {
            double sum = 0;
            for (size_t j = 0; j < n; j++)
                sum += (double)p[r * ldp + j] * values[j * ldv + i];
            out[r * d + i] = (float)sum;
        }
    }
}

static const ck_table reference_table = {
    .isa = CK_GENERIC,
    .gemm = reference_gemm,
    .gram = reference_gram,
    .dwconv3x3 = reference_dwconv3x3,
    .layer_norm = reference_layer_norm,
    .softmax = reference_softmax,
    .log_softmax = reference_log_softmax,
    .add = reference_add,
    .dots = reference_dots,
    .weighted_sum = reference_weighted_sum,
};

const ck_table *ck_reference(void) {
    return &reference_table;
}
