// The tables that dispatch.c chooses from, and the plain loops that the vector kernels end with.
#ifndef CPX_DISPATCH_H
#define CPX_DISPATCH_H

#include "CPixels.h"

extern const cpx_table cpx_table_generic;
#if defined(__x86_64__)
extern const cpx_table cpx_table_avx2;
extern const cpx_table cpx_table_avx512;
#endif

// Output pixels first and up, of one row.
void cpx_horizontal_plain(const uint8_t *row, const cpx_axis *axis, size_t first, uint8_t *out);
// Columns first..<n.
void cpx_vertical_plain(const uint8_t *const *rows, const int32_t *weights, size_t count, size_t first, size_t n,
                        uint8_t *out);
size_t cpx_base64_plain(const uint8_t *text, size_t count, uint8_t *bytes);

// How many output pixels from the left on may be computed by a kernel that reads a window in blocks of pixels, each by
// a load of `load` bytes, and that writes four bytes a pixel: not the last one, and none whose last load could go
// beyond what may be read.
static inline size_t cpx_safe_positions(const cpx_rows *rows, const cpx_axis *axis, size_t load) {
    size_t readable = rows->readable - (rows->count - 1) * rows->in_stride;
    size_t safe = axis->positions - 1;
    // The last block may begin with a window's last pixel. (Windows' ends only grow to the right, but not the ends of
    // their last blocks: those with fewer pixels at the edge may have one block less.)
    while (safe > 0 && 3 * (axis->windows[safe - 1].first + axis->windows[safe - 1].count - 1) + load > readable)
        safe--;
    return safe;
}

#endif
