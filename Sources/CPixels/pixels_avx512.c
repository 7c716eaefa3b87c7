#include "dispatch.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vbmi,avx512vnni,avx2"))), \
                             apply_to = function)

// Where the colours of sixteen pixels stand in their 48 bytes; at NONE there is always a zero.
#define NONE 63
static const uint8_t by_color[64] = {
    0,  3,  6,  9,  1,  4,  7,  10, 2,  5,  8,  11, NONE, NONE, NONE, NONE, //
    12, 15, 18, 21, 13, 16, 19, 22, 14, 17, 20, 23, NONE, NONE, NONE, NONE, //
    24, 27, 30, 33, 25, 28, 31, 34, 26, 29, 32, 35, NONE, NONE, NONE, NONE, //
    36, 39, 42, 45, 37, 40, 43, 46, 38, 41, 44, 47, NONE, NONE, NONE, NONE,
};

// The sums of sixteen pixels' products by colour, from those with each of the weights' three bytes.
static inline __m512i sums_of(__m512i low, __m512i middle, __m512i high) {
    return _mm512_add_epi32(_mm512_add_epi32(low, _mm512_slli_epi32(middle, 8)), _mm512_slli_epi32(high, 16));
}

static inline __m512i rounded(__m512i sums) {
    sums = _mm512_add_epi32(sums, _mm512_set1_epi32(1 << (CPX_PRECISION - 1)));
    return _mm512_srai_epi32(sums, CPX_PRECISION);
}

static inline void store_pixel(uint8_t *out, int pixel) {
    __builtin_memcpy(out, &pixel, sizeof pixel);
}

// Sixteen pixels of four rows at a time, four pixels in each quarter of a register: four reds, four greens, four blues,
// so that one multiply of bytes adds them by colour. A weight is three signed bytes, high * 65536 + middle * 256 + low.
static void horizontal_avx512(const cpx_rows *rows, const cpx_axis *axis) {
    const __m512i pixels = _mm512_loadu_si512(by_color);
    const __m512i bias = _mm512_set1_epi32(0x808080);
    const __m512i low_bytes = _mm512_set1_epi32(0x0C080400);
    const __m512i middle_bytes = _mm512_set1_epi32(0x0D090501), high_bytes = _mm512_set1_epi32(0x0E0A0602);
    const uint8_t *in[CPX_ROWS];
    uint8_t *out[CPX_ROWS];
    for (size_t y = 0; y < CPX_ROWS; y++) { // the last row again where there are fewer
        size_t row = y < rows->count ? y : rows->count - 1;
        in[y] = rows->in + row * rows->in_stride;
        out[y] = rows->out + row * rows->out_stride;
    }
    size_t last = axis->positions - 1; // four bytes are written for a pixel: not for the last one
    for (size_t x = 0; x < last; x++) {
        const int32_t *weights = axis->weights + x * axis->stride;
        size_t from = 3 * axis->windows[x].first;
        __m512i low[CPX_ROWS], middle[CPX_ROWS], high[CPX_ROWS];
        for (size_t y = 0; y < CPX_ROWS; y++)
            low[y] = middle[y] = high[y] = _mm512_setzero_si512();
        size_t count = axis->windows[x].count;
        for (size_t j = 0; j < count; j += 16, from += 48) {
            __m512i w = _mm512_loadu_si512(weights + j);
            w = _mm512_xor_si512(_mm512_add_epi32(w, bias), bias);
            __m512i lows = _mm512_shuffle_epi8(w, low_bytes), middles = _mm512_shuffle_epi8(w, middle_bytes);
            __m512i highs = _mm512_shuffle_epi8(w, high_bytes);
            // No byte beyond the window is read: it may be the image's last.
            __mmask64 wanted = ~0ull >> (64 - 3 * (count - j < 16 ? count - j : 16));
#pragma clang loop unroll(full)
            for (size_t y = 0; y < CPX_ROWS; y++) {
                __m512i p = _mm512_permutexvar_epi8(pixels, _mm512_maskz_loadu_epi8(wanted, in[y] + from));
                low[y] = _mm512_dpbusd_epi32(low[y], p, lows);
                middle[y] = _mm512_dpbusd_epi32(middle[y], p, middles);
                high[y] = _mm512_dpbusd_epi32(high[y], p, highs);
            }
        }
        __m512i a = sums_of(low[0], middle[0], high[0]), b = sums_of(low[1], middle[1], high[1]);
        __m512i c = sums_of(low[2], middle[2], high[2]), d = sums_of(low[3], middle[3], high[3]);
        // The four quarters of each are added; row y comes to stand in quarter y.
        __m512i ab = _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x44), _mm512_shuffle_i32x4(a, b, 0xEE));
        __m512i cd = _mm512_add_epi32(_mm512_shuffle_i32x4(c, d, 0x44), _mm512_shuffle_i32x4(c, d, 0xEE));
        __m512i sums = _mm512_add_epi32(_mm512_shuffle_i32x4(ab, cd, 0x88), _mm512_shuffle_i32x4(ab, cd, 0xDD));
        __m128i bytes = _mm512_cvtusepi32_epi8(_mm512_max_epi32(rounded(sums), _mm512_setzero_si512()));
        store_pixel(out[0] + 3 * x, _mm_extract_epi32(bytes, 0));
        store_pixel(out[1] + 3 * x, _mm_extract_epi32(bytes, 1));
        store_pixel(out[2] + 3 * x, _mm_extract_epi32(bytes, 2));
        store_pixel(out[3] + 3 * x, _mm_extract_epi32(bytes, 3));
    }
    for (size_t y = 0; y < rows->count; y++)
        cpx_horizontal_plain(in[y], axis, last, out[y]);
}

static inline uint32_t pair_of(uint32_t first, uint32_t second) {
    return (first & 0xFFFF) | second << 16;
}

// 64 columns: two rows' bytes side by side, widened to 16 bits; a weight is two signed halves, high * 65536 + low.
static inline void vertical_block(const uint8_t *const *rows, const int32_t *weights, size_t count, size_t i,
                                  __mmask64 columns, uint8_t *out) {
    const __m512i zero = _mm512_setzero_si512();
    __m512i low[4] = {zero, zero, zero, zero}, high[4] = {zero, zero, zero, zero};
    for (size_t j = 0; j < count; j += 2) {
        size_t next = j + 1 < count ? j + 1 : j;
        uint32_t first = ((uint32_t)weights[j] + 0x8000) ^ 0x8000;
        uint32_t second = next == j ? 0 : ((uint32_t)weights[next] + 0x8000) ^ 0x8000;
        __m512i lows = _mm512_set1_epi32((int)pair_of(first, second));
        __m512i highs = _mm512_set1_epi32((int)pair_of(first >> 16, second >> 16));
        __m512i a = _mm512_maskz_loadu_epi8(columns, rows[j] + i);
        __m512i b = _mm512_maskz_loadu_epi8(columns, rows[next] + i);
        __m512i left = _mm512_unpacklo_epi8(a, b), right = _mm512_unpackhi_epi8(a, b);
        __m512i bytes[4] = {_mm512_unpacklo_epi8(left, zero), _mm512_unpackhi_epi8(left, zero),
                            _mm512_unpacklo_epi8(right, zero), _mm512_unpackhi_epi8(right, zero)};
#pragma clang loop unroll(full)
        for (size_t k = 0; k < 4; k++) {
            low[k] = _mm512_dpwssd_epi32(low[k], bytes[k], lows);
            high[k] = _mm512_dpwssd_epi32(high[k], bytes[k], highs);
        }
    }
    __m512i sums[4];
    for (size_t k = 0; k < 4; k++)
        sums[k] = rounded(_mm512_add_epi32(low[k], _mm512_slli_epi32(high[k], 16)));
    __m512i left = _mm512_packs_epi32(sums[0], sums[1]), right = _mm512_packs_epi32(sums[2], sums[3]);
    _mm512_mask_storeu_epi8(out + i, columns, _mm512_packus_epi16(left, right));
}

static void vertical_avx512(const uint8_t *const *rows, const int32_t *weights, size_t count, size_t n, uint8_t *out) {
    size_t i = 0;
    for (; i + 64 <= n; i += 64)
        vertical_block(rows, weights, count, i, ~0ull, out);
    if (i < n)
        vertical_block(rows, weights, count, i, ~0ull >> (64 - (n - i)), out);
}

// Value of each ASCII character, 0x80 where it is of no alphabet; [2][64].
static const uint8_t letters[128] = {
#define NO 0x80
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO,
    NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, NO, 62, NO, 62, NO, 63, 52, 53, 54, 55,
    56, 57, 58, 59, 60, 61, NO, NO, NO, NO, NO, NO, NO, 0,  1,  2,  3,  4,  5,  6,  7,  8,  9,  10, 11, 12,
    13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, NO, NO, NO, NO, 63, NO, 26, 27, 28, 29, 30, 31, 32,
    33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, NO, NO, NO, NO, NO,
#undef NO
};

// Where the 48 bytes of 64 characters stand: each four are 24 bits with the lowest byte first.
static const uint8_t order[64] = {
    2,  1,  0,  6,  5,  4,  10, 9,  8,  14, 13, 12, 18, 17, 16, 22, 21, 20, 26, 25, 24, 30, 29, 28,
    34, 33, 32, 38, 37, 36, 42, 41, 40, 46, 45, 44, 50, 49, 48, 54, 53, 52, 58, 57, 56, 62, 61, 60,
};

// 64 characters to 48 bytes at a time, after Mula and Lemire, "Base64 encoding and decoding at almost the speed of a
// memory copy" (2019).
static size_t base64_avx512(const uint8_t *text, size_t count, uint8_t *bytes) {
    const __m512i first = _mm512_loadu_si512(letters), second = _mm512_loadu_si512(letters + 64);
    const __m512i together = _mm512_loadu_si512(order);
    size_t taken = 0;
    for (; count - taken >= 64; taken += 64) {
        __m512i c = _mm512_loadu_si512(text + taken);
        __m512i values = _mm512_permutex2var_epi8(first, c, second);
        if (_mm512_movepi8_mask(_mm512_or_si512(c, values)))
            break;
        values = _mm512_maddubs_epi16(values, _mm512_set1_epi32(0x01400140));
        values = _mm512_madd_epi16(values, _mm512_set1_epi32(0x00011000));
        _mm512_mask_storeu_epi8(bytes + taken / 4 * 3, ~0ull >> 16, _mm512_permutexvar_epi8(together, values));
    }
    return taken + cpx_base64_plain(text + taken, count - taken, bytes + taken / 4 * 3);
}

const cpx_table cpx_table_avx512 = {
    .isa = CPX_AVX512,
    .horizontal = horizontal_avx512,
    .vertical = vertical_avx512,
    .base64 = base64_avx512,
};

#pragma clang attribute pop
#endif
