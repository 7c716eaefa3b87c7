#include "dispatch.h"

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)

// A weight has more than 16 bits: it is multiplied in two signed halves, high * 65536 + low, each by an exact multiply
// of 16 bits that adds two neighbours. This makes the signed halves of each 32-bit weight.
static inline __m128i halves_of(__m128i weights) {
    __m128i bias = _mm_set1_epi32(0x8000);
    return _mm_xor_si128(_mm_add_epi32(weights, bias), bias);
}

// The sums of four pixels' products, two in each half of the register: red, green, blue, nothing.
static inline __m128i pixel_of(__m256i low, __m256i high) {
    __m256i sums = _mm256_add_epi32(low, _mm256_slli_epi32(high, 16));
    __m128i sum = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    sum = _mm_add_epi32(sum, _mm_set1_epi32(1 << (CPX_PRECISION - 1)));
    return _mm_srai_epi32(sum, CPX_PRECISION);
}

static inline void store_pixel(uint8_t *out, int pixel) {
    __builtin_memcpy(out, &pixel, sizeof pixel);
}

// Four pixels of four rows at a time, two pixels in each half of a register: their reds, greens and blues side by side
// as 16 bits, so that one multiply adds them by colour.
static void horizontal_avx2(const cpx_rows *rows, const cpx_axis *axis) {
    const __m256i pixels = _mm256_setr_epi8(0, -1, 3, -1, 1, -1, 4, -1, 2, -1, 5, -1, -1, -1, -1, -1, //
                                            6, -1, 9, -1, 7, -1, 10, -1, 8, -1, 11, -1, -1, -1, -1, -1);
    const __m256i low_halves = _mm256_setr_epi8(0, 1, 4, 5, 0, 1, 4, 5, 0, 1, 4, 5, 0, 1, 4, 5, //
                                                8, 9, 12, 13, 8, 9, 12, 13, 8, 9, 12, 13, 8, 9, 12, 13);
    const __m256i high_halves = _mm256_add_epi8(low_halves, _mm256_set1_epi8(2));
    const uint8_t *in[CPX_ROWS];
    uint8_t *out[CPX_ROWS];
    for (size_t y = 0; y < CPX_ROWS; y++) { // the last row again where there are fewer
        size_t row = y < rows->count ? y : rows->count - 1;
        in[y] = rows->in + row * rows->in_stride;
        out[y] = rows->out + row * rows->out_stride;
    }
    size_t safe = cpx_safe_positions(rows, axis, 16);
    for (size_t x = 0; x < safe; x++) {
        const int32_t *weights = axis->weights + x * axis->stride;
        size_t from = 3 * axis->windows[x].first;
        __m256i low[CPX_ROWS], high[CPX_ROWS];
        for (size_t y = 0; y < CPX_ROWS; y++)
            low[y] = high[y] = _mm256_setzero_si256();
        for (size_t j = 0; j < axis->windows[x].count; j += 4, from += 12) {
            __m256i both = _mm256_broadcastsi128_si256(halves_of(_mm_loadu_si128((const __m128i *)(weights + j))));
            __m256i lows = _mm256_shuffle_epi8(both, low_halves), highs = _mm256_shuffle_epi8(both, high_halves);
#pragma clang loop unroll(full)
            for (size_t y = 0; y < CPX_ROWS; y++) {
                __m256i p = _mm256_broadcastsi128_si256(_mm_loadu_si128((const __m128i *)(in[y] + from)));
                p = _mm256_shuffle_epi8(p, pixels);
                low[y] = _mm256_add_epi32(low[y], _mm256_madd_epi16(p, lows));
                high[y] = _mm256_add_epi32(high[y], _mm256_madd_epi16(p, highs));
            }
        }
        __m128i upper = _mm_packs_epi32(pixel_of(low[0], high[0]), pixel_of(low[1], high[1]));
        __m128i lower = _mm_packs_epi32(pixel_of(low[2], high[2]), pixel_of(low[3], high[3]));
        __m128i bytes = _mm_packus_epi16(upper, lower);
        store_pixel(out[0] + 3 * x, _mm_extract_epi32(bytes, 0));
        store_pixel(out[1] + 3 * x, _mm_extract_epi32(bytes, 1));
        store_pixel(out[2] + 3 * x, _mm_extract_epi32(bytes, 2));
        store_pixel(out[3] + 3 * x, _mm_extract_epi32(bytes, 3));
    }
    for (size_t y = 0; y < rows->count; y++)
        cpx_horizontal_plain(in[y], axis, safe, out[y]);
}

// Adds what eight columns of two rows give: their bytes side by side, widened to 16 bits.
static inline void add_products(__m256i bytes, __m256i lows, __m256i highs, __m256i *low, __m256i *high) {
    *low = _mm256_add_epi32(*low, _mm256_madd_epi16(bytes, lows));
    *high = _mm256_add_epi32(*high, _mm256_madd_epi16(bytes, highs));
}

static inline __m256i column_of(__m256i low, __m256i high) {
    __m256i sums = _mm256_add_epi32(low, _mm256_slli_epi32(high, 16));
    sums = _mm256_add_epi32(sums, _mm256_set1_epi32(1 << (CPX_PRECISION - 1)));
    return _mm256_srai_epi32(sums, CPX_PRECISION);
}

static inline void vertical_block(const uint8_t *const *rows, const int32_t *weights, size_t count, size_t i,
                                  uint8_t *out) {
    const __m256i zero = _mm256_setzero_si256();
    __m256i low[4] = {zero, zero, zero, zero}, high[4] = {zero, zero, zero, zero};
    for (size_t j = 0; j < count; j += 2) {
        size_t next = j + 1 < count ? j + 1 : j;
        __m128i pair = halves_of(_mm_setr_epi32(weights[j], next == j ? 0 : weights[next], 0, 0));
        // low, high, low, high -> low, low, high, high
        pair = _mm_shufflelo_epi16(pair, _MM_SHUFFLE(3, 1, 2, 0));
        __m256i lows = _mm256_broadcastd_epi32(pair), highs = _mm256_broadcastd_epi32(_mm_srli_epi64(pair, 32));
        __m256i a = _mm256_loadu_si256((const __m256i *)(rows[j] + i));
        __m256i b = _mm256_loadu_si256((const __m256i *)(rows[next] + i));
        __m256i left = _mm256_unpacklo_epi8(a, b), right = _mm256_unpackhi_epi8(a, b);
        add_products(_mm256_unpacklo_epi8(left, zero), lows, highs, &low[0], &high[0]);
        add_products(_mm256_unpackhi_epi8(left, zero), lows, highs, &low[1], &high[1]);
        add_products(_mm256_unpacklo_epi8(right, zero), lows, highs, &low[2], &high[2]);
        add_products(_mm256_unpackhi_epi8(right, zero), lows, highs, &low[3], &high[3]);
    }
    __m256i left = _mm256_packs_epi32(column_of(low[0], high[0]), column_of(low[1], high[1]));
    __m256i right = _mm256_packs_epi32(column_of(low[2], high[2]), column_of(low[3], high[3]));
    _mm256_storeu_si256((__m256i *)(out + i), _mm256_packus_epi16(left, right));
}

static void vertical_avx2(const uint8_t *const *rows, const int32_t *weights, size_t count, size_t n, uint8_t *out) {
    if (n < 32) {
        cpx_vertical_plain(rows, weights, count, 0, n, out);
        return;
    }
    for (size_t i = 0; i + 32 <= n; i += 32)
        vertical_block(rows, weights, count, i, out);
    if (n % 32)
        vertical_block(rows, weights, count, n - 32, out); // some columns again
}

// 32 characters to 24 bytes at a time, after Mula and Lemire, "Faster Base64 Encoding and Decoding Using AVX2
// Instructions" (2018).
static size_t base64_avx2(const uint8_t *text, size_t count, uint8_t *bytes) {
    // A character belongs to the alphabet unless the entries of its two halves have a bit in common.
    const __m256i by_low = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A));
    const __m256i by_high = _mm256_broadcastsi128_si256(
        _mm_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10));
    // What turns a character into its value, by its upper half; '/' has an entry of its own.
    const __m256i offsets =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0));
    const __m256i slash = _mm256_set1_epi8('/'), nibble = _mm256_set1_epi8(0x0F);
    const __m256i order =
        _mm256_broadcastsi128_si256(_mm_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1));
    const __m256i together = _mm256_setr_epi32(0, 1, 2, 4, 5, 6, -1, -1);
    size_t taken = 0;
    // A store writes 32 bytes, those of 44 characters.
    for (; count - taken >= 44; taken += 32) {
        __m256i c = _mm256_loadu_si256((const __m256i *)(text + taken));
        c = _mm256_blendv_epi8(c, _mm256_set1_epi8('+'), _mm256_cmpeq_epi8(c, _mm256_set1_epi8('-')));
        c = _mm256_blendv_epi8(c, slash, _mm256_cmpeq_epi8(c, _mm256_set1_epi8('_')));
        __m256i high = _mm256_and_si256(_mm256_srli_epi32(c, 4), nibble);
        __m256i low = _mm256_and_si256(c, nibble);
        if (!_mm256_testz_si256(_mm256_shuffle_epi8(by_low, low), _mm256_shuffle_epi8(by_high, high)))
            break;
        __m256i is_slash = _mm256_cmpeq_epi8(c, slash);
        __m256i values = _mm256_add_epi8(c, _mm256_shuffle_epi8(offsets, _mm256_add_epi8(is_slash, high)));
        values = _mm256_maddubs_epi16(values, _mm256_set1_epi32(0x01400140));
        values = _mm256_madd_epi16(values, _mm256_set1_epi32(0x00011000));
        values = _mm256_permutevar8x32_epi32(_mm256_shuffle_epi8(values, order), together);
        _mm256_storeu_si256((__m256i *)(bytes + taken / 4 * 3), values);
    }
    return taken + cpx_base64_plain(text + taken, count - taken, bytes + taken / 4 * 3);
}

const cpx_table cpx_table_avx2 = {
    .isa = CPX_AVX2,
    .horizontal = horizontal_avx2,
    .vertical = vertical_avx2,
    .base64 = base64_avx2,
};

#pragma clang attribute pop
#endif
