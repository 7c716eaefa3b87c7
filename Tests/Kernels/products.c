// Products in all formats, and the packing of their weights. Shapes: a [m, k], weights [n, k], c [m, n].
#include "check.h"

#include <math.h>
#include <string.h>

static const ck_format formats[] = {CK_F32, CK_F16, CK_BF16, CK_I8};
static const char *const format_names[] = {"f32", "f16", "bf16", "i8"};

/// The rows of a, c and the residual are further apart than they are long.
typedef struct {
    ck_format format;
    size_t m, n, k;
    const float *a, *weights, *bias, *residual;
    ck_norm norm;
    int has_norm;
    const void *panels;
} product;

typedef struct {
    size_t first, rows;
    int has_bias, has_residual;
    ck_activation activation;
} choice;

// By the generic kernels: compare_packing looks whether the others pack the same.
static void *packed(const ck_table *kernels, ck_format format, const float *w, size_t ldw, size_t n, size_t k) {
    size_t bytes = ck_packed_bytes(format, k, n);
    void *panels = memset(reserve(bytes), 0xff, bytes);
    ck_pack job = {.w = w, .stored = CK_F32, .ldw = ldw, .n = n, .k = k, .panels = panels};
    job.last = (n + CK_PANEL - 1) / CK_PANEL;
    ck_pack_weights(kernels, format, &job);
    return panels;
}

static product random_product(ck_format format, size_t m, size_t n, size_t k, int has_norm) {
    product p = {.format = format, .m = m, .n = n, .k = k, .has_norm = has_norm};
    p.a = random_floats(m * (k + 3), 1);
    p.weights = random_floats(n * k, 1);
    p.bias = random_floats(n, 1);
    p.residual = random_floats(m * (n + 1), 1);
    p.norm = (ck_norm){random_floats(k, 1), random_floats(k, 1), 1e-5f};
    p.panels = packed(ck_table_for(CK_GENERIC), format, p.weights, k, n, k);
    return p;
}

static ck_gemm operands(const product *p, const choice *o, float *c) {
    return (ck_gemm){
        .a = p->a + o->first * (p->k + 3),
        .lda = p->k + 3,
        .norm = p->has_norm ? &p->norm : 0,
        .panels = p->panels,
        .panel_bytes = ck_panel_bytes(p->format, p->k),
        .bias = o->has_bias ? p->bias : 0,
        .residual = o->has_residual ? p->residual + o->first * (p->n + 1) : 0,
        .ldr = p->n + 1,
        .c = c,
        .ldc = p->n + 2,
        .m = o->rows,
        .n = p->n,
        .k = p->k,
        .activation = o->activation,
        .scratch = memset(reserve_floats(CK_GEMM_SCRATCH), 0xff, CK_GEMM_SCRATCH * sizeof(float)),
    };
}

// An empty c, its rows n + 2 apart.
static float *empty_rows(size_t rows, size_t n) {
    float *c = reserve_floats(rows * (n + 2));
    for (size_t i = 0; i < rows * (n + 2); i++)
        c[i] = -77;
    return c;
}

// What lies between the rows is compared too: it must be as it was.
static float *result(const ck_table *kernels, const product *p, const choice *o) {
    float *c = empty_rows(o->rows, p->n);
    ck_gemm g = operands(p, o, c);
    ck_multiply(kernels, p->format, &g);
    return c;
}

static float tolerance(const product *p) {
    // A normed value on the border between two roundings may fall to either side.
    int rounds = p->format == CK_I8 || (p->format == CK_BF16 && p->has_norm);
    return rounds ? 3e-3f : 5e-6f;
}

// The last `count` of four choices.
static void compare_choices(const product *p, size_t count) {
    const choice choices[4] = {
        {0, p->m, 0, 0, CK_IDENTITY},
        {0, p->m, 1, 0, CK_GELU},
        {0, p->m, 1, 1, CK_GELU},
        {0, p->m, 1, 1, CK_IDENTITY},
    };
    for (size_t i = 4 - count; i < 4; i++) {
        const float *expected = result(ck_reference(), p, choices + i);
        about("gemm %s %zu x %zu x %zu, norm %d, choice %zu", format_names[p->format], p->m, p->n, p->k, p->has_norm,
              i);
        for (candidate *c = candidates; c->name; c++)
            expect_close(c, result(c->kernels, p, choices + i), expected, p->m * (p->n + 2), tolerance(p));
    }
    release_all();
}

static void compare_odd_shapes(ck_format format) {
    for (size_t m = 1; m <= 30; m++) {
        size_t n = random_size(1, 100), k = random_size(1, 200);
        product p = random_product(format, m, n, k, m % 3 == 0);
        compare_choices(&p, 4);
    }
}

static void compare_several_blocks(ck_format format) {
    // int8 packs up to four blocks of 1024 at a time for few rows, two for many: the last two need a second time.
    static const size_t shapes[][3] = {{197, 9, 700}, {385, 10, 40}, {50, 9, 2100}, {3, 65, 2100}, {192, 8, 512},
                                       {3, 40, 5000}, {193, 9, 3100}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        product p = random_product(format, shapes[i][0], shapes[i][1], shapes[i][2], i == 1);
        compare_choices(&p, 2);
    }
}

// The first `half` values of k, then the others: sums wait in c.
static float *result_in_two(const ck_table *kernels, const product *p, const choice *o, size_t half,
                            const void *const panels[2]) {
    float *c = empty_rows(o->rows, p->n);
    for (int second = 0; second < 2; second++) {
        ck_gemm g = operands(p, o, c);
        g.a += second ? half : 0;
        g.k = second ? p->k - half : half;
        g.panels = panels[second];
        g.panel_bytes = ck_panel_bytes(p->format, g.k);
        g.continues = second;
        g.unfinished = !second;
        ck_multiply(kernels, p->format, &g);
    }
    return c;
}

static void compare_in_two(ck_format format) {
    for (size_t m = 1; m <= 26; m += 5) {
        size_t half = 32 * m;
        product p = random_product(format, m, 45, half + 71, 0);
        choice o = {0, m, 1, m % 2, m % 2 ? CK_IDENTITY : CK_GELU};
        const ck_table *generic = ck_table_for(CK_GENERIC);
        const void *const panels[2] = {packed(generic, format, p.weights, p.k, p.n, half),
                                       packed(generic, format, p.weights + half, p.k, p.n, p.k - half)};
        const float *expected = result_in_two(ck_reference(), &p, &o, half, panels);
        about("gemm %s %zu x %zu x %zu in two parts", format_names[format], m, p.n, p.k);
        for (candidate *c = candidates; c->name; c++)
            expect_close(c, result_in_two(c->kernels, &p, &o, half, panels), expected, m * (p.n + 2), tolerance(&p));
        release_all();
    }
}

// A value that is no number, or infinite, in a row or in a column's weights spoils what it takes part in, nothing else.
static void compare_damage(ck_format format, float damage) {
    enum { M = 5, N = 40, K = 1100, ROW = 2, COLUMN = 7 };
    product p = random_product(format, M, N, K, 0);
    float *a = (float *)p.a, *weights = (float *)p.weights;
    a[ROW * (K + 3) + 1030] = damage;
    weights[COLUMN * K + 77] = damage;
    for (candidate *c = candidates; c->name; c++) {
        p.panels = packed(c->kernels, format, weights, K, N, K);
        const float *sums = result(c->kernels, &p, &(choice){0, M, 1, 1, CK_GELU});
        about("gemm %s with damaged numbers", format_names[format]);
        for (size_t i = 0; i < M; i++) {
            for (size_t j = 0; j < N; j++)
                expect(c, isfinite(sums[i * (N + 2) + j]) == (i != ROW && j != COLUMN));
        }
    }
    release_all();
}

/// A row alone, or with any rows, is the same to the bit.
static void compare_rows_alone(ck_format format) {
    static const size_t depths[] = {7, 640, 1031, 2100};
    static const size_t parts[][2] = {{0, 1}, {5, 3}, {17, 12}, {100, 13}, {30, 40}, {210, 1}, {3, 200}};
    const size_t m = 211, n = 21;
    for (size_t i = 0; i < sizeof depths / sizeof *depths; i++) {
        product p = random_product(format, m, n, depths[i], depths[i] == 640);
        for (candidate *c = candidates; c->name; c++) {
            const float *whole = result(c->kernels, &p, &(choice){0, m, 1, 1, CK_GELU});
            for (size_t j = 0; j < sizeof parts / sizeof *parts; j++) {
                choice o = {parts[j][0], parts[j][1], 1, 1, CK_GELU};
                about("gemm %s, k %zu, rows %zu + %zu alone", format_names[format], depths[i], o.first, o.rows);
                expect_same(c, result(c->kernels, &p, &o), whole + o.first * (n + 2), o.rows * (n + 2) * sizeof(float));
            }
        }
        release_all();
    }
}

// What follows in bfloat16 or int8 is rounded to eight bits, so that GELU need not be exact there; but it saturates.
static int is_gelu(ck_format format, float x, float actual, float expected) {
    int is_rough = format == CK_BF16 || format == CK_I8;
    float tolerance = 4e-7f * fmaxf(fabsf(x), 1e-3f) + (is_rough ? 2e-4f * fminf(2 * fabsf(x), 1) : 0);
    return fabsf(actual - expected) <= tolerance && (x >= (is_rough ? -4 : -6) || actual == 0);
}

// x as a column, times one; every x near zero is a bfloat16.
static void compare_gelu(ck_format format) {
    static const float far[] = {-1e30f, -1e4f, -100, -20, -6.5f, -0.0f, 1e-20f, 20, 100, 1e4f, 1e30f};
    enum { NEAR = 513, ALL = NEAR + sizeof far / sizeof *far };
    product p = random_product(format, ALL, 1, 1, 0);
    float *a = reserve_floats(ALL * (p.k + 3)), one = 1;
    for (size_t i = 0; i < ALL; i++)
        a[i * (p.k + 3)] = i < NEAR ? ((float)i - NEAR / 2) / 32 : far[i - NEAR];
    p.a = a;
    p.panels = packed(ck_table_for(CK_GENERIC), format, &one, 1, 1, 1);
    choice o = {0, ALL, 0, 0, CK_GELU};
    const float *expected = result(ck_reference(), &p, &o);
    for (candidate *c = candidates; c->name; c++) {
        const float *actual = result(c->kernels, &p, &o);
        size_t i = 0;
        while (i < ALL && is_gelu(format, a[i * (p.k + 3)], actual[i * 3], expected[i * 3]))
            i++;
        about("%s gelu, value %zu", format_names[format], i);
        expect(c, i == ALL);
    }
    release_all();
}

// Weights of which every format that they are stored in holds every one exactly; `w` gets one of the formats.
static void store_weights(ck_format stored, const float *values, size_t n, void *w) {
    for (size_t i = 0; i < n; i++) {
        float exact = rintf(values[i] * 64) / 64 + 0.0f; // no negative zero
        uint32_t bits;
        memcpy(&bits, &exact, 4);
        uint32_t exponent = bits >> 23 & 0xff, sign = bits >> 16 & 0x8000;
        uint16_t half = exact == 0 ? 0 : (uint16_t)(sign | (exponent - 112) << 10 | (bits >> 13 & 0x3ff));
        uint16_t brain = (uint16_t)(bits >> 16);
        if (stored == CK_F32) {
            memcpy((char *)w + 4 * i, &exact, 4);
        } else {
            memcpy((char *)w + 2 * i, stored == CK_F16 ? &half : &brain, 2);
        }
    }
}

// The panels of weights stored in some format, by each instruction set and by the generic kernels from float32.
static void compare_stored(ck_format stored, ck_format format, size_t n, size_t k) {
    size_t bytes = ck_packed_bytes(format, k, n), panels = (n + CK_PANEL - 1) / CK_PANEL;
    const float *values = random_floats(n * k, 1);
    float *exact = reserve_floats(n * k);
    void *w = reserve(n * k * (stored == CK_F32 ? 4 : 2));
    store_weights(CK_F32, values, n * k, exact);
    store_weights(stored, values, n * k, w);
    const void *expected = packed(ck_table_for(CK_GENERIC), format, exact, k, n, k);
    for (candidate *c = candidates; c->name; c++) {
        void *found = memset(reserve(bytes), 0xff, bytes);
        ck_pack job = {.w = w, .stored = stored, .ldw = k, .n = n, .k = k, .panels = found};
        for (size_t panel = 0; panel < panels; panel++) {
            job.first = panel;
            job.last = panel + 1;
            ck_pack_weights(c->kernels, format, &job);
        }
        about("%s panels of %zu x %zu in %s", format_names[format], n, k, format_names[stored]);
        expect_same(c, found, expected, bytes);
    }
    release_all();
}

static void compare_packing(ck_format format) {
    static const size_t shapes[][2] = {{1, 1}, {33, 7}, {70, 300}, {32, 2100}};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        for (ck_format stored = CK_F32; stored <= CK_BF16; stored++)
            compare_stored(stored, format, shapes[i][0], shapes[i][1]);
        if (format == CK_F16)
            continue; // holds no others
        size_t n = shapes[i][0], k = shapes[i][1];
        const float *w = random_floats(n * k, 1);
        const void *expected = packed(ck_table_for(CK_GENERIC), format, w, k, n, k);
        about("%s panels of any %zu x %zu", format_names[format], n, k);
        for (candidate *c = candidates; c->name; c++)
            expect_same(c, packed(c->kernels, format, w, k, n, k), expected, ck_packed_bytes(format, k, n));
        release_all();
    }
}

void compare_products(void) {
    for (size_t i = 0; i < CK_FORMATS; i++) {
        compare_packing(formats[i]);
        compare_odd_shapes(formats[i]);
        compare_several_blocks(formats[i]);
        compare_in_two(formats[i]);
        compare_rows_alone(formats[i]);
        compare_damage(formats[i], NAN);
        compare_damage(formats[i], INFINITY);
        compare_gelu(formats[i]);
    }
}
