#include "CKernels.h"

#include <string.h>

// Floats of a cache line.
#define LINE 16

void ck_pack_rows(const float *b, size_t ldb, size_t n, size_t k, size_t first, size_t last, float *panels) {
    for (size_t p = first; p < last; p++) {
        float *panel = panels + p * CK_PANEL * k;
        size_t columns = n - p * CK_PANEL < CK_PANEL ? n - p * CK_PANEL : CK_PANEL;
        for (size_t i = 0; i < k; i++, panel += CK_PANEL) {
            memcpy(panel, b + i * ldb + p * CK_PANEL, columns * sizeof(float));
            if (columns < CK_PANEL)
                memset(panel + columns, 0, (CK_PANEL - columns) * sizeof(float));
        }
    }
}

void ck_copy_rows(const float *x, size_t stride, size_t rows, size_t n, float *out) {
    for (size_t r = 0; r < rows; r++, x += stride, out += n) {
        size_t i = 0;
        for (; i + LINE <= n; i += LINE) {
            __builtin_prefetch(x + n + i);
            memcpy(out + i, x + i, LINE * sizeof(float));
        }
        for (; i < n; i++)
            out[i] = x[i];
    }
}

// Taps kx of kernel row ky that lie inside the image are neighbours in x, so they are copied in one piece.
static void gather_patch(const ck_im2col *g, size_t position, float *out) {
    ptrdiff_t y0 = (ptrdiff_t)(position / g->out_width * g->stride) - (ptrdiff_t)g->padding;
    ptrdiff_t x0 = (ptrdiff_t)(position % g->out_width * g->stride) - (ptrdiff_t)g->padding;
    ptrdiff_t kernel = (ptrdiff_t)g->kernel, width = (ptrdiff_t)g->width;
    ptrdiff_t before = x0 < 0 ? -x0 : 0, after = x0 + kernel > width ? x0 + kernel - width : 0;
    if (before > kernel)
        before = kernel;
    if (after > kernel - before)
        after = kernel - before;
    size_t row = g->kernel * g->channels, left = (size_t)before * g->channels, right = (size_t)after * g->channels;
    for (ptrdiff_t ky = 0; ky < kernel; ky++, out += row) {
        if (y0 + ky < 0 || y0 + ky >= (ptrdiff_t)g->height) {
            memset(out, 0, row * sizeof(float));
            continue;
        }
        if (left)
            memset(out, 0, left * sizeof(float));
        if (row > left + right) {
            const float *source = g->x + (size_t)((y0 + ky) * width + x0 + before) * g->channels;
            memcpy(out + left, source, (row - left - right) * sizeof(float));
        }
        if (right)
            memset(out + row - right, 0, right * sizeof(float));
    }
}

void ck_gather_patches(const ck_im2col *g) {
    size_t row = g->kernel * g->kernel * g->channels;
    for (size_t i = 0; i < g->count; i++)
        gather_patch(g, g->first + i, g->rows + i * row);
}
