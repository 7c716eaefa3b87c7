// What the products of all formats share. V_I8_OFFSET, 128 or 0, is what int8 activations carry.

typedef struct {
    const char *a;          // one packed tile
    const float *row_units; // what one unit of each of its rows is worth
    const char *b;          // first of NR columns in a panel
    const char *ahead;      // of each line's bytes there, the first half is asked for; or NULL
    const ck_gemm *g;
    size_t lanes;       // in this block of k
    size_t row, column; // of the tile in c
    int first, last;    // block of k
} tile;

// A row of activations on its way into a tile.
typedef struct {
    const float *x;
    size_t depth;
    const float *weight, *bias; // of its norm, or NULL
    float mean, scale;
} source;

// Values i ..< i + W of a row, zero beyond its end.
INLINE vf v_source_value(const source *s, size_t i) {
    size_t n = s->depth > i ? s->depth - i : 0;
    vf v = v_load_some(s->x + i, n);
    if (!s->weight)
        return v;
    v = v_mul(v_sub(v, v_set1(s->mean)), v_set1(s->scale));
    return v_fma(v, v_load_some(s->weight + i, n), v_load_some(s->bias + i, n));
}

// The largest magnitude in a row; no number where one of them is none, since no byte could say so.
INLINE float v_largest_value(const source *s) {
    vf top = v_set1(0), zero = v_set1(0);
    for (size_t i = 0; i < s->depth; i += W) {
        vf v = v_source_value(s, i);
        top = v_max(top, v_abs(v));
        zero = v_fma(v, v_set1(0), zero);
    }
    return v_hmax(top) + v_sum(zero);
}

// Values in units; all zero where there is none.
INLINE vf v_in_units(vf v, float unit) {
    return v_mul(v, v_set1(unit > 0 ? 1 / unit : 0));
}

INLINE vi v_broadcast_lane(const void *p) {
    uint32_t lane;
    memcpy(&lane, p, sizeof lane);
    return v_set1_lane(lane);
}

// Pairs of bfloat16, the even one in the low half, where no instruction puts them together.
INLINE void v_store_halves(uint32_t *p, vf even, vf odd) {
    uint16_t e[W], o[W];
    v_store_bf16(e, even);
    v_store_bf16(o, odd);
    for (size_t i = 0; i < W; i++)
        p[i] = e[i] | (uint32_t)o[i] << 16;
}

// Two tiles that share a panel each ask the second-level cache for half of the next one: weights are then read while
// others are multiplied. One tile leaves that to the processor, which does it better where few rows wait for memory; of
// many tiles, each panel serves for so long that it does not matter.

// The largest block of a panel that is asked for, beside the one in use.
#define PANEL_AHEAD (128 << 10)

// From so many rows on, two low tiles whose panels are asked for are faster than a high one.
#define SHARING_ROWS 11

// Whether a block's panels are small enough, a panel having `lane_bytes` a column.
INLINE int fits_ahead(size_t lane_bytes) {
    return lane_bytes * CK_PANEL <= PANEL_AHEAD;
}

// Rows of a tile, as even as can be and not above `most`.
INLINE size_t tile_rows(size_t rows, size_t most, size_t lane_bytes) {
    size_t tiles = rows >= SHARING_ROWS && rows <= most && fits_ahead(lane_bytes) ? 2 : (rows + most - 1) / most;
    return (rows + tiles - 1) / tiles;
}

// Whether tiles of `most` rows ask for the panel after theirs.
INLINE int asks_ahead(size_t lane_bytes, size_t rows, size_t most) {
    return rows > most && rows <= 2 * most && fits_ahead(lane_bytes);
}

// How many values of k are packed at a time: as many as the scratch has room for, so that the weights of a few rows
// stream in one pass and the packed activations of many stay in the second-level cache.
INLINE size_t room_depth(size_t m, size_t group) {
    size_t rows = smaller(m, CK_GEMM_ROW_BLOCK);
    return CK_GEMM_PACKED / (rows > 0 ? rows : 1) / 16 * 16 * group;
}

// In one block: whole lines, evenly cut.
INLINE size_t even_depth(size_t m, size_t k, size_t group) {
    size_t most = room_depth(m, group), line = 16 * group;
    size_t spans = (k + most - 1) / most;
    size_t depth = spans ? (k + spans - 1) / spans : 0;
    return (depth + line - 1) / line * line;
}

// The most blocks of k that are packed at a time.
#define MOST_BLOCKS 4

// In blocks of a given depth: for few rows the weights are read in the order in which they lie, for many the sums of a
// block are still near when the next one adds to them.
INLINE size_t whole_blocks(size_t m, size_t group, size_t depth) {
    return smaller(MOST_BLOCKS, room_depth(m, group) / depth) * depth;
}

// Integer sums as what they are worth, added to what is at `before` unless that is NULL; `b` has the two rows that end
// a block of int8 weights.
INLINE vf v_rescaled(vi sums, const char *b, float row_unit, const float *before, size_t n) {
    vi exact = V_I8_OFFSET ? v_sub_lanes(sums, v_load_lanes(b + CK_PANEL * 4)) : sums;
    vf v = v_mul(v_from_lanes(exact), v_mul(v_load((const float *)b), v_set1(row_unit)));
    return before ? v_add(v_load_some(before, n), v) : v;
}

// Values k ..< k + W of a column of stored weights, zero beyond the last one.
INLINE vf v_load_stored(const ck_pack *p, size_t column, size_t k) {
    size_t size = p->stored == CK_F32 ? 4 : 2, n = p->k > k ? smaller(W, p->k - k) : 0;
    const char *source = (const char *)p->w + (column * p->ldw + k) * size;
    char some[W * 4] = {0};
    if (n < W)
        source = memcpy(some, n ? source : some, n * size);
    switch (p->stored) {
    case CK_F16:
        return v_load_f16(source);
    case CK_BF16:
        return v_load_bf16(source);
    default:
        return v_load((const float *)source);
    }
}

INLINE void v_widen_f16_lanes(const char *lanes, size_t count, float *out) {
    for (size_t i = 0; i < count; i += W)
        v_store(out + i, v_load_f16(lanes + i * 2));
}

typedef uint32_t four_lanes __attribute__((vector_size(16), aligned(4), may_alias));

// Four lanes of four columns.
INLINE void transpose_4x4(const char *in, size_t stride, char *out) {
    four_lanes a = *(const four_lanes *)in, b = *(const four_lanes *)(in + stride);
    four_lanes c = *(const four_lanes *)(in + 2 * stride), d = *(const four_lanes *)(in + 3 * stride);
    four_lanes ab0 = __builtin_shufflevector(a, b, 0, 4, 1, 5), ab1 = __builtin_shufflevector(a, b, 2, 6, 3, 7);
    four_lanes cd0 = __builtin_shufflevector(c, d, 0, 4, 1, 5), cd1 = __builtin_shufflevector(c, d, 2, 6, 3, 7);
    *(four_lanes *)out = __builtin_shufflevector(ab0, cd0, 0, 1, 4, 5);
    *(four_lanes *)(out + CK_PANEL * 4) = __builtin_shufflevector(ab0, cd0, 2, 3, 6, 7);
    *(four_lanes *)(out + 2 * CK_PANEL * 4) = __builtin_shufflevector(ab1, cd1, 0, 1, 4, 5);
    *(four_lanes *)(out + 3 * CK_PANEL * 4) = __builtin_shufflevector(ab1, cd1, 2, 3, 6, 7);
}

// CK_PANEL columns of 16 lanes, of which `count` are wanted, to rows of CK_PANEL lanes.
INLINE void transpose_lanes(const char *in, size_t lane_bytes, size_t count, char *out) {
    size_t whole = lane_bytes == 4 ? count / 4 * 4 : 0;
    for (size_t j = 0; j < CK_PANEL; j += 4) {
        for (size_t i = 0; i < whole; i += 4)
            transpose_4x4(in + j * 64 + i * 4, 64, out + (i * CK_PANEL + j) * 4);
    }
    for (size_t i = whole; i < count; i++) {
        for (size_t j = 0; j < CK_PANEL; j++)
            memcpy(out + (i * CK_PANEL + j) * lane_bytes, in + (j * 16 + i) * lane_bytes, lane_bytes);
    }
}
