// Plain loops, for every processor; the vector kernels end with them where less than a vector is left.
#include "dispatch.h"

// A sum starts with it, to be rounded and not cut off. Sums wrap as two's complement does.
#define HALF (1u << (CPX_PRECISION - 1))

static inline uint8_t byte_of(uint32_t sum) {
    int32_t value = (int32_t)sum >> CPX_PRECISION;
    return (uint8_t)(value < 0 ? 0 : value > 255 ? 255 : value);
}

void cpx_horizontal_plain(const uint8_t *row, const cpx_axis *axis, size_t first, uint8_t *out) {
    for (size_t x = first; x < axis->positions; x++) {
        const int32_t *weights = axis->weights + x * axis->stride;
        const uint8_t *from = row + 3 * axis->windows[x].first;
        uint32_t red = HALF, green = HALF, blue = HALF;
        for (size_t j = 0; j < axis->windows[x].count; j++) {
            uint32_t weight = (uint32_t)weights[j];
            red += from[3 * j] * weight;
            green += from[3 * j + 1] * weight;
            blue += from[3 * j + 2] * weight;
        }
        out[3 * x] = byte_of(red);
        out[3 * x + 1] = byte_of(green);
        out[3 * x + 2] = byte_of(blue);
    }
}

static void horizontal_generic(const cpx_rows *rows, const cpx_axis *axis) {
    for (size_t y = 0; y < rows->count; y++)
        cpx_horizontal_plain(rows->in + y * rows->in_stride, axis, 0, rows->out + y * rows->out_stride);
}

#define BLOCK 64 // columns whose sums stay in registers or in the nearest cache

void cpx_vertical_plain(const uint8_t *const *rows, const int32_t *weights, size_t count, size_t first, size_t n,
                        uint8_t *out) {
    for (size_t i = first; i < n; i += BLOCK) {
        size_t width = n - i < BLOCK ? n - i : BLOCK;
        uint32_t sums[BLOCK];
        for (size_t k = 0; k < BLOCK; k++)
            sums[k] = HALF;
        for (size_t j = 0; j < count; j++) {
            const uint8_t *row = rows[j] + i;
            uint32_t weight = (uint32_t)weights[j];
            for (size_t k = 0; k < width; k++)
                sums[k] += row[k] * weight;
        }
        for (size_t k = 0; k < width; k++)
            out[i + k] = byte_of(sums[k]);
    }
}

static void vertical_generic(const uint8_t *const *rows, const int32_t *weights, size_t count, size_t n, uint8_t *out) {
    cpx_vertical_plain(rows, weights, count, 0, n, out);
}

// Each character's value plus 1; 0 is no character of an alphabet.
static const uint8_t letters[256] = {
    ['A'] = 1,  ['B'] = 2,  ['C'] = 3,  ['D'] = 4,  ['E'] = 5,  ['F'] = 6,  ['G'] = 7,  ['H'] = 8,  ['I'] = 9,
    ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16, ['Q'] = 17, ['R'] = 18,
    ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24, ['Y'] = 25, ['Z'] = 26, ['a'] = 27,
    ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32, ['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36,
    ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40, ['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45,
    ['t'] = 46, ['u'] = 47, ['v'] = 48, ['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54,
    ['2'] = 55, ['3'] = 56, ['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['+'] = 63,
    ['/'] = 64, ['-'] = 63, ['_'] = 64,
};

size_t cpx_base64_plain(const uint8_t *text, size_t count, uint8_t *bytes) {
    size_t taken = 0;
    for (; count - taken >= 4; taken += 4, bytes += 3) {
        // 0 becomes the greatest number, the only ones above 63.
        uint32_t a = letters[text[taken]] - 1u, b = letters[text[taken + 1]] - 1u;
        uint32_t c = letters[text[taken + 2]] - 1u, d = letters[text[taken + 3]] - 1u;
        if ((a | b | c | d) > 63)
            break;
        uint32_t group = a << 18 | b << 12 | c << 6 | d;
        bytes[0] = (uint8_t)(group >> 16);
        bytes[1] = (uint8_t)(group >> 8);
        bytes[2] = (uint8_t)group;
    }
    return taken;
}

const cpx_table cpx_table_generic = {
    .isa = CPX_GENERIC,
    .horizontal = horizontal_generic,
    .vertical = vertical_generic,
    .base64 = cpx_base64_plain,
};
