// Every kernel that is no product.
#include "check.h"

#include <math.h>
#include <string.h>

static float *copy(const float *x, size_t n) {
    return memcpy(reserve_floats(n), x, n * sizeof(float));
}

static float *gram(const ck_table *kernels, ck_gram g, const float *start) {
    g.c = copy(start, g.m * g.ldc);
    kernels->gram(&g);
    return g.c;
}

// Rows of a, b and c are further apart than they are long.
static void compare_gram(size_t m, size_t n, size_t tokens) {
    ck_gram g = {.lda = m + 3, .ldb = n + 5, .ldc = n + 1, .m = m, .n = n, .t = tokens};
    g.a = random_floats(tokens * g.lda, 1);
    g.b = random_floats(tokens * g.ldb, 1);
    const float *start = random_floats(m * g.ldc, 1), *expected = gram(ck_reference(), g, start);
    about("gram %zu x %zu over %zu tokens", m, n, tokens);
    for (candidate *c = candidates; c->name; c++)
        expect_close(c, gram(c->kernels, g, start), expected, m * g.ldc, 2e-6f);
    release_all();
}

static float *convolved(const ck_table *kernels, ck_dwconv d) {
    size_t row = d.width * d.channels;
    float *out = reserve_floats(d.height * row);
    for (d.y = 0; d.y < d.height; d.y++) {
        d.out = out + d.y * row;
        kernels->dwconv3x3(&d);
    }
    return out;
}

static void compare_convolution(size_t height, size_t width, size_t channels) {
    ck_dwconv d = {.height = height, .width = width, .channels = channels};
    d.x = random_floats(height * width * channels, 1);
    d.weight = random_floats(9 * channels, 1);
    d.bias = random_floats(channels, 1);
    const float *expected = convolved(ck_reference(), d);
    about("dwconv3x3 of %zu x %zu x %zu", height, width, channels);
    for (candidate *c = candidates; c->name; c++)
        expect_close(c, convolved(c->kernels, d), expected, height * width * channels, 1e-6f);
    release_all();
}

static float *normed(const ck_table *kernels, const float *x, const float *weight, const float *bias, size_t n) {
    float *out = reserve_floats(3 * n);
    kernels->layer_norm(x, weight, bias, 1e-5f, 3, n, out);
    return out;
}

static float *softmax(const ck_table *kernels, const float *x, size_t n) {
    float *out = copy(x, 3 * n + 4);
    kernels->softmax(out, n + 2, 3, n, 0.3f);
    return out;
}

static float *log_softmax(const ck_table *kernels, const float *x, size_t n) {
    float *out = copy(x, n);
    kernels->log_softmax(out, n, out);
    return out;
}

// From every place on, for what is above the value there: nothing is above the greatest.
static size_t *first_above(const ck_table *kernels, const float *x, size_t n) {
    size_t *out = reserve(n * sizeof *out);
    for (size_t i = 0; i < n; i++)
        out[i] = kernels->first_above(x, i % 3 ? i / 2 : 0, n, 0.25f, x[i] + 0.25f);
    return out;
}

static float *sum(const ck_table *kernels, const float *x, const float *y, size_t n) {
    float *out = reserve_floats(n);
    kernels->add(x, y, n, out);
    return out;
}

static void compare_along_rows(size_t n) {
    const ck_table *reference = ck_reference();
    const float *x = random_floats(3 * n + 4, 9), *weight = random_floats(n, 1), *bias = random_floats(n, 1);
    const float *norms = normed(reference, x, weight, bias, n), *shares = softmax(reference, x, n);
    const float *logs = log_softmax(reference, x, n), *sums = sum(reference, x, bias, n);
    const size_t *places = first_above(reference, x, n);
    for (candidate *c = candidates; c->name; c++) {
        about("layer_norm of %zu", n);
        expect_close(c, normed(c->kernels, x, weight, bias, n), norms, 3 * n, 3e-6f);
        about("softmax of %zu", n);
        expect_close(c, softmax(c->kernels, x, n), shares, 3 * n + 4, 1e-6f);
        about("log_softmax of %zu", n);
        expect_close(c, log_softmax(c->kernels, x, n), logs, n, 1e-6f);
        about("first_above of %zu", n);
        expect_same(c, first_above(c->kernels, x, n), places, n * sizeof *places);
        about("add of %zu", n);
        expect_same(c, sum(c->kernels, x, bias, n), sums, n * sizeof(float));
    }
    release_all();
}

// One value that is no number, or infinite, must not be lost on the way: then a damaged model would answer something.
static void compare_damaged_rows(size_t n, size_t place, float value) {
    float *x = random_floats(n, 9), *shares = reserve_floats(n);
    uint16_t narrow[1];
    x[place] = value;
    memcpy(shares, x, n * sizeof *x);
    for (candidate *c = candidates; c->name; c++) {
        about("log_softmax and softmax of %zu with one value that is no number", n);
        const float *logs = log_softmax(c->kernels, x, n);
        expect(c, isnan(logs[0]) && isnan(logs[n - 1]));
        memcpy(shares, x, n * sizeof *x);
        c->kernels->softmax(shares, n, 1, n, 0.3f);
        expect(c, isnan(shares[0]) && isnan(shares[n - 1]));
        about("narrowing of what is no number");
        c->kernels->narrow(&value, 1, narrow);
        expect(c, (narrow[0] & 0x7f80) == 0x7f80);
    }
    release_all();
}

static uint16_t *narrowed(const ck_table *kernels, const float *x, size_t n) {
    uint16_t *out = reserve(n * sizeof *out);
    kernels->narrow(x, n, out);
    return out;
}

typedef void (*attention_kernel)(const float *, const ck_cached *, float *);

// Of dots or weighted_sum: `results` of one row with `n` cached rows of `d` values, d + 2 apart, some of them twice.
static float *attended(attention_kernel kernel, const float *row, const void *cache, size_t n, size_t d,
                       size_t results) {
    float *out = reserve_floats(results);
    uint32_t *order = reserve(n * sizeof *order);
    for (size_t j = 0; j < n; j++)
        order[j] = (uint32_t)(j % 5 == 3 ? j / 2 : n - 1 - j);
    ck_cached cached = {.rows = cache, .stride = d + 2, .order = order, .count = n, .dimension = d};
    kernel(row, &cached, out);
    return out;
}

static void compare_attention(size_t keys, size_t d) {
    const ck_table *reference = ck_reference();
    // The last row ends with its last value.
    size_t values = keys * (d + 2) - 2;
    const float *q = random_floats(d, 1), *p = random_floats(keys, 1), *cache = random_floats(values, 1);
    const uint16_t *narrow = narrowed(reference, cache, values);
    const float *scores = attended(reference->dots, q, cache, keys, d, keys);
    const float *narrow_scores = attended(reference->dots_bf16, q, narrow, keys, d, keys);
    const float *sums = attended(reference->weighted_sum, p, cache, keys, d, d);
    const float *narrow_sums = attended(reference->weighted_sum_bf16, p, narrow, keys, d, d);
    for (candidate *c = candidates; c->name; c++) {
        about("attention to %zu keys of %zu", keys, d);
        expect_same(c, narrowed(c->kernels, cache, values), narrow, values * sizeof *narrow);
        expect_close(c, attended(c->kernels->dots, q, cache, keys, d, keys), scores, keys, 1e-6f);
        expect_close(c, attended(c->kernels->dots_bf16, q, narrow, keys, d, keys), narrow_scores, keys, 1e-6f);
        expect_close(c, attended(c->kernels->weighted_sum, p, cache, keys, d, d), sums, d, 1e-6f);
        expect_close(c, attended(c->kernels->weighted_sum_bf16, p, narrow, keys, d, d), narrow_sums, d, 1e-6f);
    }
    release_all();
}

// Pairs of rows of b [k, n], a lane a column; zero beyond both.
static uint16_t *expected_pairs(const float *b, size_t ldb, size_t n, size_t k) {
    size_t bytes = ck_packed_bytes(CK_BF16, k, n), panel = ck_panel_bytes(CK_BF16, k) / 2;
    uint16_t *out = memset(reserve(bytes), 0, bytes);
    for (size_t i = 0; i < k; i++) {
        for (size_t j = 0; j < n; j++)
            ck_reference()->narrow(b + i * ldb + j, 1,
                                   out + j / CK_PANEL * panel + (i / 2 * CK_PANEL + j % CK_PANEL) * 2 + i % 2);
    }
    return out;
}

static void compare_packed_rows(size_t n, size_t k) {
    size_t ldb = n + 3, bytes = ck_packed_bytes(CK_BF16, k, n);
    const float *b = random_floats(k * ldb - 3, 1);
    const uint16_t *expected = expected_pairs(b, ldb, n, k);
    about("bf16 panels of rows, %zu x %zu", k, n);
    for (candidate *c = candidates; c->name; c++) {
        void *found = memset(reserve(bytes), 0xff, bytes);
        c->kernels->pack_bf16_rows(b, ldb, n, k, found);
        expect_same(c, found, expected, bytes);
    }
    release_all();
}

// These move values and are the same for every instruction set: the first one stands for all.
static void compare_copied_rows(size_t rows, size_t n) {
    const float *x = random_floats(rows * (n + 7), 1);
    float *out = reserve_floats(rows * n), *expected = reserve_floats(rows * n);
    for (size_t i = 0; i < rows * n; i++)
        expected[i] = x[i / n * (n + 7) + i % n];
    ck_copy_rows(x, n + 7, rows, n, out);
    about("copy of %zu rows of %zu", rows, n);
    expect_same(candidates, out, expected, rows * n * sizeof(float));
    release_all();
}

static float patch_value(const ck_im2col *g, size_t position, size_t i) {
    size_t tap = i / g->channels, y = position / g->out_width * g->stride + tap / g->kernel;
    size_t x = position % g->out_width * g->stride + tap % g->kernel; // both with the padding
    if (y < g->padding || y >= g->height + g->padding || x < g->padding || x >= g->width + g->padding)
        return 0;
    return g->x[((y - g->padding) * g->width + x - g->padding) * g->channels + i % g->channels];
}

static void compare_patches(size_t height, size_t width, size_t kernel, size_t stride, size_t padding) {
    ck_im2col g = {.height = height,
                   .width = width,
                   .channels = 3,
                   .kernel = kernel,
                   .stride = stride,
                   .padding = padding,
                   .first = 1};
    g.out_width = (width + 2 * padding - kernel) / stride + 1;
    g.count = g.out_width * ((height + 2 * padding - kernel) / stride + 1) - 1;
    size_t row = kernel * kernel * g.channels;
    float *expected = reserve_floats(g.count * row);
    g.x = random_floats(height * width * g.channels, 1);
    g.rows = reserve_floats(g.count * row);
    for (size_t i = 0; i < g.count * row; i++)
        expected[i] = patch_value(&g, g.first + i / row, i % row);
    ck_gather_patches(&g);
    about("patches of %zu x %zu", height, width);
    expect_same(candidates, g.rows, expected, g.count * row * sizeof(float));
    release_all();
}

void compare_rows(void) {
    static const size_t grams[][3] = {{16, 16, 1}, {24, 24, 36}, {32, 32, 577}, {64, 64, 40}, {5, 5, 100}, {7, 13, 9}};
    for (size_t i = 0; i < sizeof grams / sizeof *grams; i++)
        compare_gram(grams[i][0], grams[i][1], grams[i][2]);
    static const size_t images[][3] = {{1, 1, 16}, {1, 5, 7}, {6, 6, 24}, {3, 9, 40}, {4, 2, 3}};
    for (size_t i = 0; i < sizeof images / sizeof *images; i++)
        compare_convolution(images[i][0], images[i][1], images[i][2]);
    static const size_t lengths[] = {1, 2, 3, 15, 16, 17, 31, 128, 144, 577, 1024};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        compare_along_rows(lengths[i]);
    uint32_t all_ones = 0xffffffff, f16_ones = 0x7fffe000;
    float damages[4] = {INFINITY, NAN};
    memcpy(damages + 2, &all_ones, 4);
    memcpy(damages + 3, &f16_ones, 4);
    for (size_t i = 0; i < 4 * sizeof lengths / sizeof *lengths; i++) {
        size_t n = lengths[i / 4];
        compare_damaged_rows(n, i * 7 % n, damages[i % 4]);
        compare_damaged_rows(n, n - 1, damages[i % 4]);
    }
    static const size_t caches[][2] = {{1, 16}, {36, 24}, {577, 32}, {40, 64}, {5, 80}, {9, 3}, {16, 64}, {3, 21}};
    for (size_t i = 0; i < sizeof caches / sizeof *caches; i++)
        compare_attention(caches[i][0], caches[i][1]);
    static const size_t matrices[][2] = {{1, 1}, {64, 577}, {21, 6}, {35, 9}, {96, 17}};
    for (size_t i = 0; i < sizeof matrices / sizeof *matrices; i++)
        compare_packed_rows(matrices[i][0], matrices[i][1]);
    compare_copied_rows(5, 64);
    compare_copied_rows(3, 37);
    compare_patches(9, 7, 3, 2, 1);
    compare_patches(8, 8, 7, 4, 3);
    compare_patches(2, 2, 3, 1, 3);
}
