// What libwebp's decoder of images without loss takes for its Huffman tables.
#ifndef CIMAGE_WEBP_TABLES_H
#define CIMAGE_WEBP_TABLES_H

#include <stdint.h>

// A group of five codes fills 256 entries of 4 bytes for each, however short it is, and its record of some 570 bytes.
#define WEBP_GROUP_BYTES ((uint64_t)6 << 10)
// The most that longer codes add to a group (with the largest colour cache), and to the tables for a byte of the file:
// a second table of 128 entries needs eight symbols' lengths.
#define WEBP_DEEP_GROUP_BYTES ((uint64_t)15 << 10)
#define WEBP_DEEP_BYTES_A_BYTE 150
#define WEBP_MAX_GROUPS 65536
// libwebp numbers up to so many groups by the largest number that is used, used or not.
#define WEBP_SPARSE_GROUPS 1000
// No encoder that is known makes more than 2,600 groups, nor all of them deep. What deep codes may take on top of all
// groups ends where the image would take more than this with them, so that good images of many megapixels stay
// readable; but so much of them is always reckoned.
#define WEBP_REALISTIC_MEMORY ((uint64_t)640 << 20)
#define WEBP_REALISTIC_DEEP_BYTES ((uint64_t)32 << 20)

static inline uint64_t webp_smaller(uint64_t a, uint64_t b) {
    return a < b ? a : b;
}

/// For `size` bytes of data, in a decode that takes `rest` besides. A group belongs to a block of 4 x 4 pixels or
/// more, and its five codes take 20 bits at least.
static inline uint64_t webp_tables(uint64_t width, uint64_t height, uint64_t size, uint64_t rest) {
    uint64_t groups = (width + 3) / 4 * ((height + 3) / 4);
    if (groups < WEBP_SPARSE_GROUPS)
        groups = webp_smaller(width * height, WEBP_SPARSE_GROUPS);
    groups = webp_smaller(webp_smaller(groups, size * 8 / 20 + 1), WEBP_MAX_GROUPS);
    uint64_t tables = groups * WEBP_GROUP_BYTES;
    uint64_t deep = webp_smaller(groups * WEBP_DEEP_GROUP_BYTES, size * WEBP_DEEP_BYTES_A_BYTE);
    uint64_t room = rest + tables < WEBP_REALISTIC_MEMORY ? WEBP_REALISTIC_MEMORY - rest - tables : 0;
    if (room < WEBP_REALISTIC_DEEP_BYTES)
        room = WEBP_REALISTIC_DEEP_BYTES;
    return tables + webp_smaller(deep, room);
}

#endif
