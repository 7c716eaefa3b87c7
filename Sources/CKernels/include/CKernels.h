// Arithmetic on rows and tiles. A kernel is one loop nest on one thread: it allocates nothing, starts no thread and
// decides no policy. Activations are row-major float32 throughout; weights are packed in one of four formats.
//
// Packed panels: a matrix B of k x n (what x is multiplied with) is cut in panels of CK_PANEL columns. A panel holds
// rows of CK_PANEL lanes, one lane a column; a lane is one float32, one float16, a pair of bfloat16 (k, k + 1) or four
// int8 (k ... k + 3). Columns beyond n and values beyond k are zero. In int8, each CK_I8_DEPTH values of k are followed
// by two rows: what one unit of a column's weights is worth (float32) and 128 times the sum of its weights (int32). The
// order is the same for every instruction set.
//
// Promise of every kernel: the result for a row does not depend, to the bit, on the other rows of the call.
#ifndef CKERNELS_H
#define CKERNELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /// Columns of a packed panel.
    CK_PANEL = 32,
    /// Floats of one block of packed activations.
    CK_GEMM_PACKED = 192 * 512,
    /// So many rows share a panel of float16 that is widened before they are multiplied with it.
    CK_GEMM_WIDENING_ROWS = 32,
    /// Floats of scratch that a gemm call needs: a block of packed activations and a widened panel.
    CK_GEMM_SCRATCH = CK_GEMM_PACKED + CK_GEMM_PACKED / CK_GEMM_WIDENING_ROWS * CK_PANEL,
    /// Values of k that share a scale in int8, of a row of activations as of a column of weights.
    CK_I8_DEPTH = 1024,
    /// Rows that every register tile divides.
    CK_GEMM_TILE_ROWS = 12,
    /// Rows of activations that a gemm works on at a time; cutting a product in blocks of this many rows costs nothing.
    CK_GEMM_ROW_BLOCK = 192,
};

typedef enum {
    CK_GENERIC = 0,
    CK_AVX2 = 1,        // and FMA, F16C
    CK_AVX512 = 2,      // F, BW, VL, DQ
    CK_AVX512_VNNI = 3, // and VNNI
    CK_AVX512_BF16 = 4, // and BF16
    CK_NEON = 5,        // what every 64-bit ARM processor has
    CK_NEON_DOT = 6,    // and dot products of bytes
} ck_isa;

/// How weights are kept: float32; float16, widened; bfloat16 and int8, to which the activations are
/// rounded too (bfloat16 to nearest even; int8 by the largest magnitude of a row's CK_I8_DEPTH values).
typedef enum { CK_F32 = 0, CK_F16 = 1, CK_BF16 = 2, CK_I8 = 3, CK_FORMATS = 4 } ck_format;

typedef enum { CK_IDENTITY = 0, CK_GELU = 1 } ck_activation;

/// (x - mean) / sqrt(variance + epsilon) * weight + bias along a row.
typedef struct {
    const float *weight, *bias;
    float epsilon;
} ck_norm;

/// c = activation(norm(a) b + bias) + residual. `norm`, `bias` and `residual` may be NULL. c may not overlap with any
/// other operand.
typedef struct {
    const float *a; // [m, k], rows lda apart
    size_t lda;
    const ck_norm *norm;
    const void *panels;    // packed [k, n]
    size_t panel_bytes;    // from one panel to the next
    const float *bias;     // [n]
    const float *residual; // [m, n], rows ldr apart
    size_t ldr;
    float *c; // [m, n], rows ldc apart
    size_t ldc;
    size_t m, n, k;
    ck_activation activation;
    int continues;  // c holds the sums over earlier values of k
    int unfinished; // more values of k follow: c gets the sums alone
    float *scratch; // CK_GEMM_SCRATCH floats
} ck_gemm;

/// Packs panels first..<last of b = wᵀ, with w [n, k] stored as float32, float16 or bfloat16 (the order of a Linear's
/// weight).
typedef struct {
    const void *w;
    ck_format stored; // CK_F32, CK_F16 or CK_BF16
    size_t ldw;       // values from one row to the next
    size_t n, k;
    size_t first, last;
    void *panels; // of all columns
} ck_pack;

/// c += aᵀ b over t tokens: the sum that channel attention needs.
typedef struct {
    const float *a; // [t, m], rows lda apart
    size_t lda;
    const float *b; // [t, n], rows ldb apart
    size_t ldb;
    float *c; // [m, n], rows ldc apart
    size_t ldc;
    size_t m, n, t;
} ck_gram;

/// One row y of x + dwconv3x3(x) + bias with zero padding; x is [height * width, channels].
typedef struct {
    const float *x;      // the whole image
    const float *weight; // [9, channels], tap ky * 3 + kx
    const float *bias;   // [channels]
    float *out;          // [width, channels]: row y of the result
    size_t height, width, channels, y;
} ck_dwconv;

/// Rows that one query attends to: row j is `order[j]` of those that lie `stride` values apart.
typedef struct {
    const void *rows; // [.., dimension], float32 or bfloat16
    size_t stride;
    const uint32_t *order; // [count]
    size_t count, dimension;
} ck_cached;

/// All kernels of one instruction set; none of them is NULL.
typedef struct {
    ck_isa isa;
    /// By the format of the panels. See ck_gemm.
    void (*gemm[CK_FORMATS])(const ck_gemm *g);
    /// By the format of the panels. See ck_pack.
    void (*pack[CK_FORMATS])(const ck_pack *p);
    /// Packs a bfloat16 [k, n] from float32 b [k, n], rows ldb apart.
    void (*pack_bf16_rows)(const float *b, size_t ldb, size_t n, size_t k, void *panels);
    /// See ck_gram.
    void (*gram)(const ck_gram *g);
    /// See ck_dwconv.
    void (*dwconv3x3)(const ck_dwconv *d);
    /// out[r, :] = (x[r, :] - mean) / sqrt(variance + epsilon) * weight + bias; x, out: [rows, n]; out may be x.
    void (*layer_norm)(const float *x, const float *weight, const float *bias, float epsilon, size_t rows, size_t n,
                       float *out);
    /// x[r, 0..<n] = softmax(scale * x[r, 0..<n]) in place; rows are ldx apart.
    void (*softmax)(float *x, size_t ldx, size_t rows, size_t n, float scale);
    /// out[0..<n] = x - log(sum(exp(x))), in a numerically safe way; out may be x.
    void (*log_softmax)(const float *x, size_t n, float *out);
    /// The first i from `first` on with x[i] + addend > threshold, or n.
    size_t (*first_above)(const float *x, size_t first, size_t n, float addend, float threshold);
    /// out[i] = x[i] + y[i]; out may be x or y.
    void (*add)(const float *x, const float *y, size_t n, float *out);
    /// scores[j] = q . keys[j, :], with keys of float32 or (dots_bf16) bfloat16.
    void (*dots)(const float *q, const ck_cached *keys, float *scores);
    void (*dots_bf16)(const float *q, const ck_cached *keys, float *scores);
    /// out = sum over j of p[j] values[j, :], with values of float32 or (weighted_sum_bf16) bfloat16.
    void (*weighted_sum)(const float *p, const ck_cached *values, float *out);
    void (*weighted_sum_bf16)(const float *p, const ck_cached *values, float *out);
    /// out[i] = x[i] rounded to bfloat16, to nearest even.
    void (*narrow)(const float *x, size_t n, uint16_t *out);
} ck_table;

/// The kernels of an instruction set, or NULL where this processor or build lacks it.
const ck_table *ck_table_for(ck_isa isa);

/// Runs a table's product for panels of a format.
static inline void ck_multiply(const ck_table *kernels, ck_format format, const ck_gemm *g) {
    kernels->gemm[format](g);
}

/// Runs a table's packing for a format.
static inline void ck_pack_weights(const ck_table *kernels, ck_format format, const ck_pack *p) {
    kernels->pack[format](p);
}

/// The slow twins: plain loops, the truth that tests compare with.
const ck_table *ck_reference(void);

/// Bytes of a packed panel with k values a column.
static inline size_t ck_panel_bytes(ck_format format, size_t k) {
    switch (format) {
    case CK_F16:
        return CK_PANEL * k * 2;
    case CK_BF16:
        return CK_PANEL * ((k + 1) / 2) * 4;
    case CK_I8:
        return CK_PANEL * ((k + 3) / 4 + 2 * ((k + CK_I8_DEPTH - 1) / CK_I8_DEPTH)) * 4;
    default:
        return CK_PANEL * k * 4;
    }
}

/// Bytes of a packed [k, n].
static inline size_t ck_packed_bytes(ck_format format, size_t k, size_t n) {
    return (n + CK_PANEL - 1) / CK_PANEL * ck_panel_bytes(format, k);
}

/// Packs float32 panels first..<last of b, with b [k, n] rows ldb apart.
void ck_pack_rows(const float *b, size_t ldb, size_t n, size_t k, size_t first, size_t last, float *panels);

/// Copies rows of n floats, `stride` apart, to rows one after the other; asks the cache for the n floats that follow
/// each row, which are the next head's.
void ck_copy_rows(const float *x, size_t stride, size_t rows, size_t n, float *out);

/// Gathers output positions first..<first + count (row-major over the output grid) of a k x k convolution into
/// rows of kernel * kernel * channels floats (ky, kx, channel); positions outside the image are zero.
typedef struct {
    const float *x; // [height * width, channels]
    float *rows;    // [count, kernel * kernel * channels]
    size_t height, width, channels, kernel, stride, padding, out_width, first, count;
} ck_im2col;
void ck_gather_patches(const ck_im2col *g);

/// Tells the processor that this is a spin loop.
static inline void ck_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

#ifdef __cplusplus
}
#endif

#endif
