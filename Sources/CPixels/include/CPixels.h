// What an image needs on its way to the model: base64 to bytes, and the two passes of Pillow's 8-bit resize. A kernel
// is one loop nest on one thread: it allocates nothing, starts no thread and decides no policy.
//
// Promise of every kernel: the same bytes from every instruction set.
#ifndef CPIXELS_H
#define CPIXELS_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum {
    /// Bits behind the point of a weight.
    CPX_PRECISION = 22,
    /// The most rows of one horizontal pass; with fewer it costs as much as with all.
    CPX_ROWS = 4,
    /// A row of weights is as long as a multiple of this.
    CPX_TAPS = 16,
};

typedef enum { CPX_GENERIC = 0, CPX_AVX2 = 1, CPX_AVX512 = 2 } cpx_isa;

/// The input pixels that make an output pixel.
typedef struct {
    size_t first, count;
} cpx_window;

/// One axis of a resize. Windows neither begin nor end before those to the left of them. A weight is of smaller
/// magnitude than 1.9; bicubic ones stay below 1.2.
typedef struct {
    const cpx_window *windows; // [positions]
    const int32_t *weights;    // [positions, stride]; beyond a window's count they are 0
    size_t positions, stride;  // stride is a multiple of CPX_TAPS
} cpx_axis;

/// Rows of RGB pixels, before and after a horizontal pass.
typedef struct {
    const uint8_t *in; // [count, in_stride]
    size_t in_stride;
    size_t readable; // bytes from `in` on that may be read, those of the last row and what follows them
    uint8_t *out;    // [count, out_stride]; 3 * positions bytes of each row are written
    size_t out_stride;
    size_t count; // 1...CPX_ROWS
} cpx_rows;

/// All kernels of one instruction set.
typedef struct {
    cpx_isa isa;
    /// Each output pixel is the weighted sum of its window, rounded and clamped to a byte.
    void (*horizontal)(const cpx_rows *rows, const cpx_axis *axis);
    /// out[i] = the sum over j of weights[j] * rows[j][i], rounded and clamped to a byte; count rows of n bytes.
    void (*vertical)(const uint8_t *const *rows, const int32_t *weights, size_t count, size_t n, uint8_t *out);
    /// Decodes groups of four base64 characters, of the standard alphabet or the URL-safe one, up to the first that
    /// holds anything else. Answers how many characters it took, always a multiple of 4; there are three quarters as
    /// many bytes, and no byte is written beyond count / 4 * 3.
    size_t (*base64)(const uint8_t *text, size_t count, uint8_t *bytes);
} cpx_table;

/// The kernels of an instruction set; the plain ones where this processor or build lacks it.
const cpx_table *cpx_table_for(cpx_isa isa);

#ifdef __cplusplus
}
#endif

#endif
