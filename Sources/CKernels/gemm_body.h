// Matrix products in one format of weights (operand_*.h, included before, says which). Every element of a result is one
// chain of multiply-adds along k in ascending order that starts at zero, whatever the tile, so that it does not depend
// on the rows that go with it. Between two blocks of k the chain waits in c.

// Lanes of a cache line: activations are packed in tiles of MR rows at most; a tile holds, for each LINE lanes, its
// rows one after the other, so that packing writes whole cache lines and the multiply loop reads one contiguous stream.
#define LINE 16
// Values of k of such a line.
#define LINE_DEPTH (LINE * GROUP)
// Bytes of a panel that meet such a line.
#define LINE_BYTES (LINE * CK_PANEL * LANE_BYTES)

// Writes whole lines, `stride` bytes apart; what lies beyond the row's end is zero. Answers the row's unit.
INLINE float GEMM(pack_row)(const source *s, size_t lines, char *out, size_t stride) {
    const float unit = ROW_UNIT(s);
    for (size_t line = 0; line < lines; line++, out += stride) {
        _Pragma("clang loop unroll(full)") for (size_t i = 0; i < LINE_DEPTH; i += W)
            STORE_VALUES(out + i * (4 / GROUP), v_source_value(s, line * LINE_DEPTH + i), unit);
    }
    return unit;
}

// The rows of a block of m and of k, in tiles of at most `most` rows, with each row's unit.
static void GEMM(pack_activations)(const ck_gemm *g, size_t row, size_t rows, size_t most, size_t k, size_t depth,
                                   const float *means, const float *scales, float *units, char *out) {
    size_t lines = (depth + LINE_DEPTH - 1) / LINE_DEPTH;
    for (size_t r0 = 0; r0 < rows; r0 += most) {
        size_t height = smaller(most, rows - r0);
        for (size_t r = r0; r < r0 + height; r++) {
            source s = {.x = g->a + (row + r) * g->lda + k, .depth = depth};
            if (g->norm) {
                s.weight = g->norm->weight + k;
                s.bias = g->norm->bias + k;
                s.mean = means[r];
                s.scale = scales[r];
            }
            units[r] = GEMM(pack_row)(&s, lines, out + (r - r0) * LINE * 4, height * LINE * 4);
        }
        out += height * lines * LINE * 4;
    }
}

// One lane of k for every accumulator of a tile of `rows` rows (a constant after inlining).
INLINE void GEMM(step)(size_t rows, const char *a, const char *b, ACC acc[MR][2]) {
    OPERAND b0 = LOAD_OPERAND(b), b1 = LOAD_OPERAND(b + W * LANE_BYTES);
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
        OPERAND x = BROADCAST(a + r * LINE * 4);
        acc[r][0] = MULTIPLY_ADD(acc[r][0], x, b0);
        acc[r][1] = MULTIPLY_ADD(acc[r][1], x, b1);
    }
}

#ifdef TWO_LANES
// Two lanes of k, where an instruction multiplies by one lane of a vector: a row's two come in one load, and nothing
// has to spread them.
INLINE void GEMM(two_steps)(size_t rows, const char *a, const char *b, ACC acc[MR][2]) {
    const char *next = b + CK_PANEL * LANE_BYTES;
    OPERAND b00 = LOAD_OPERAND(b), b01 = LOAD_OPERAND(b + W * LANE_BYTES);
    OPERAND b10 = LOAD_OPERAND(next), b11 = LOAD_OPERAND(next + W * LANE_BYTES);
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
        TWO_LANES x = LOAD_TWO_LANES(a + r * LINE * 4);
        acc[r][0] = MULTIPLY_ADD_LANE(acc[r][0], x, 0, b00);
        acc[r][1] = MULTIPLY_ADD_LANE(acc[r][1], x, 0, b01);
        acc[r][0] = MULTIPLY_ADD_LANE(acc[r][0], x, 1, b10);
        acc[r][1] = MULTIPLY_ADD_LANE(acc[r][1], x, 1, b11);
    }
}
#endif

static void GEMM(gelu_tile)(const ck_gemm *g, size_t row, size_t rows, size_t column, size_t n) {
    for (size_t r = 0; r < rows; r++) {
        float *c = g->c + (row + r) * g->ldc + column;
        const float *residual = g->residual ? g->residual + (row + r) * g->ldr + column : 0;
        for (size_t i = 0; i < n; i += W) {
            vf v = GELU(v_load_some(c + i, n - i));
            if (residual)
                v = v_add(v, v_load_some(residual + i, n - i));
            v_store_some(c + i, v, n - i);
        }
    }
}

INLINE void GEMM(multiply)(size_t rows, const tile *t) {
    const ck_gemm *g = t->g;
    size_t n = smaller(NR, g->n - t->column);
    float *c = g->c + t->row * g->ldc + t->column;
    // Asked for now, all at once, the lines are there when the sums are; a store that misses waits for the one before.
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
        for (size_t i = 0; i < NR; i += 16)
            __builtin_prefetch(c + r * g->ldc + i, 1);
    }
    ACC acc[MR][2];
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
        acc[r][0] = FIRST_SUM(t, c + r * g->ldc, n);
        acc[r][1] = n > W ? FIRST_SUM(t, c + r * g->ldc + W, n - W) : ZERO_SUM;
    }
    const char *a = t->a, *b = t->b;
    const char *ahead = t->ahead;
    size_t lanes = t->lanes;
    for (; lanes >= LINE; lanes -= LINE, a += rows * LINE * 4, b += LINE_BYTES) {
        if (ahead) {
            for (size_t i = 0; i < LINE_BYTES / 2; i += 64)
                __builtin_prefetch(ahead + i, 0, 2);
            ahead += LINE_BYTES;
        }
#ifdef TWO_LANES
        // Unrolled, it would run out of registers.
        _Pragma("clang loop unroll(disable)") for (size_t i = 0; i < LINE; i += 2)
            GEMM(two_steps)(rows, a + i * 4, b + i * CK_PANEL * LANE_BYTES, acc);
#else
        _Pragma("clang loop unroll_count(4)") for (size_t i = 0; i < LINE; i++)
            GEMM(step)(rows, a + i * 4, b + i * CK_PANEL * LANE_BYTES, acc);
#endif
    }
    for (size_t i = 0; i < lanes; i++)
        GEMM(step)(rows, a + i * 4, b + i * CK_PANEL * LANE_BYTES, acc);
    b += lanes * CK_PANEL * LANE_BYTES;
    const float *bias = t->last && g->bias ? g->bias + t->column : 0;
    const float *residual =
        t->last && g->residual && g->activation != CK_GELU ? g->residual + t->row * g->ldr + t->column : 0;
    _Pragma("clang loop unroll(full)") for (size_t r = 0; r < rows; r++) {
        _Pragma("clang loop unroll(full)") for (size_t h = 0; h < 2; h++) {
            size_t valid = n > h * W ? n - h * W : 0;
            if (valid == 0)
                continue;
            vf v = LAST_SUM(t, acc[r][h], b + h * W * 4, r, c + r * g->ldc + h * W, valid);
            if (bias)
                v = v_add(v, v_load_some(bias + h * W, valid));
            if (residual)
                v = v_add(v, v_load_some(residual + r * g->ldr + h * W, valid));
            v_store_some(c + r * g->ldc + h * W, v, valid);
        }
    }
    if (t->last && g->activation == CK_GELU)
        GEMM(gelu_tile)(g, t->row, rows, t->column, n);
}

#define MULTIPLY(rows)                                                                                                 \
    static void GEMM(multiply_##rows)(const tile *t) {                                                                 \
        GEMM(multiply)(rows, t);                                                                                       \
    }
MULTIPLY(1)
MULTIPLY(2)
MULTIPLY(3)
MULTIPLY(4)
#if MR > 4
MULTIPLY(5)
MULTIPLY(6)
#endif
#if MR > 6
MULTIPLY(7)
MULTIPLY(8)
MULTIPLY(9)
MULTIPLY(10)
MULTIPLY(11)
MULTIPLY(12)
#endif
#undef MULTIPLY

static void (*const GEMM(multiply_rows)[MR + 1])(const tile *) = {
    0,
    GEMM(multiply_1),
    GEMM(multiply_2),
    GEMM(multiply_3),
    GEMM(multiply_4),
#if MR > 4
    GEMM(multiply_5),
    GEMM(multiply_6),
#endif
#if MR > 6
    GEMM(multiply_7),
    GEMM(multiply_8),
    GEMM(multiply_9),
    GEMM(multiply_10),
    GEMM(multiply_11),
    GEMM(multiply_12),
#endif
};

// The columns of NR from n0 on, for packed rows of a block of k.
static void GEMM(multiply_columns)(tile *t, size_t n0, size_t k, size_t rows, size_t most) {
    const ck_gemm *g = t->g;
    const char *panel = (const char *)g->panels + n0 / CK_PANEL * g->panel_bytes + ck_panel_bytes(FORMAT, k);
    const char *a = t->a;
    const float *units = t->row_units;
    size_t row = t->row, line = (t->lanes + LINE - 1) / LINE * LINE;
    void (*const *multiply)(const tile *) = GEMM(multiply_rows);
    t->column = n0;
    t->b = panel + n0 % CK_PANEL * LANE_BYTES;
#ifdef WIDEN
    if (rows >= CK_GEMM_WIDENING_ROWS) {
        char *wide = (char *)(g->scratch + CK_GEMM_PACKED);
        if (n0 % CK_PANEL == 0)
            WIDEN(panel, t->lanes * CK_PANEL, (float *)wide);
        t->b = wide + n0 % CK_PANEL * 4;
        multiply = KERNEL(multiply_rows_f32);
    }
#endif
    int asks = asks_ahead(t->lanes * LANE_BYTES, rows, most) && n0 % CK_PANEL == 0 && n0 + CK_PANEL < g->n;
    for (size_t r = 0; r < rows; r += most) {
        t->ahead = asks ? panel + g->panel_bytes + (r ? LINE_BYTES / 2 : 0) : 0;
        t->a = a + r * line * 4;
        t->row_units = units + r;
        t->row = row + r;
        multiply[smaller(most, rows - r)](t);
    }
}

static void GEMM(gemm)(const ck_gemm *g) {
    float means[CK_GEMM_ROW_BLOCK], scales[CK_GEMM_ROW_BLOCK], units[MOST_BLOCKS][CK_GEMM_ROW_BLOCK];
    size_t span = SPAN_DEPTH(g->m, g->k), block = BLOCK_DEPTH(span);
    for (size_t m0 = 0; m0 < g->m; m0 += CK_GEMM_ROW_BLOCK) {
        size_t rows = smaller(CK_GEMM_ROW_BLOCK, g->m - m0);
        size_t most = tile_rows(rows, MR, (smaller(block, g->k) + GROUP - 1) / GROUP * LANE_BYTES);
        size_t block_bytes = rows * ((block + LINE_DEPTH - 1) / LINE_DEPTH) * LINE * 4;
        for (size_t r = 0; g->norm && r < rows; r++)
            v_row_statistics(g->a + (m0 + r) * g->lda, g->k, g->norm->epsilon, means + r, scales + r);
        for (size_t k0 = 0; k0 < g->k; k0 += span) {
            size_t blocks = (smaller(span, g->k - k0) + block - 1) / block;
            for (size_t i = 0, k = k0; i < blocks; i++, k += block) {
                char *packed = (char *)g->scratch + i * block_bytes;
                GEMM(pack_activations)(g, m0, rows, most, k, smaller(block, g->k - k), means, scales, units[i], packed);
            }
            for (size_t n0 = 0; n0 < g->n; n0 += NR) {
                for (size_t i = 0, k = k0; i < blocks; i++, k += block) {
                    size_t depth = smaller(block, g->k - k);
                    tile t = {.g = g,
                              .a = (const char *)g->scratch + i * block_bytes,
                              .row_units = units[i],
                              .lanes = (depth + GROUP - 1) / GROUP,
                              .row = m0,
                              .first = k == 0 && !g->continues,
                              .last = k + depth == g->k && !g->unfinished};
                    GEMM(multiply_columns)(&t, n0, k, rows, most);
                }
            }
        }
    }
}

// One column's line of weights: LINE_DEPTH values from k on, zero beyond the last one, as lanes.
INLINE void GEMM(pack_column)(const ck_pack *p, size_t column, size_t k, float unit, char *lanes) {
    _Pragma("clang loop unroll(full)") for (size_t i = 0; i < LINE_DEPTH; i += W) {
        vf v = v_load_stored(p, column, k + i);
        (void)unit; // int8's alone
        STORE_WEIGHTS(lanes + i * (LANE_BYTES / GROUP), v, unit);
    }
}

// What one unit of a column's weights is worth; no number where one of them is none, since no byte could say so.
static float GEMM(column_unit)(const ck_pack *p, size_t column, size_t k, size_t depth) {
    vf top = v_set1(0), zero = v_set1(0);
    for (size_t i = 0; i < depth; i += W) {
        vf v = v_load_stored(p, column, k + i);
        top = v_max(top, v_abs(v));
        zero = v_fma(v, v_set1(0), zero);
    }
    return v_hmax(top) / 127 + v_sum(zero);
}

// The rows that follow a block of k in int8.
static void GEMM(finish_block)(const char *block, size_t lanes, const float *units, char *out) {
    for (size_t j = 0; j < CK_PANEL; j++) {
        int32_t sum = 0;
        for (size_t i = 0; i < lanes; i++) {
            for (size_t b = 0; b < 4; b++)
                sum += (int8_t)block[(i * CK_PANEL + j) * 4 + b];
        }
        sum *= 128;
        memcpy(out + j * 4, units + j, 4);
        memcpy(out + (CK_PANEL + j) * 4, &sum, 4);
    }
}

static void GEMM(pack_panel)(const ck_pack *p, size_t first, size_t columns, char *out) {
    _Alignas(64) char lanes[CK_PANEL][LINE * LANE_BYTES];
    memset(lanes, 0, sizeof lanes);
    size_t block = FORMAT == CK_I8 ? CK_I8_DEPTH : p->k;
    for (size_t k0 = 0; k0 < p->k; k0 += block) {
        size_t depth = smaller(block, p->k - k0), count = (depth + GROUP - 1) / GROUP;
        float units[CK_PANEL] = {0};
        for (size_t j = 0; FORMAT == CK_I8 && j < columns; j++)
            units[j] = GEMM(column_unit)(p, first + j, k0, depth);
        for (size_t i = 0; i < count; i += LINE) {
            for (size_t j = 0; j < columns; j++)
                GEMM(pack_column)(p, first + j, k0 + i * GROUP, units[j], lanes[j]);
            transpose_lanes(lanes[0], LANE_BYTES, smaller(LINE, count - i), out + i * CK_PANEL * LANE_BYTES);
        }
        char *end = out + count * CK_PANEL * LANE_BYTES;
        if (FORMAT == CK_I8)
            GEMM(finish_block)(out, count, units, end);
        out = end + (FORMAT == CK_I8 ? 2 * CK_PANEL * 4 : 0);
    }
}

static void GEMM(pack)(const ck_pack *p) {
    for (size_t panel = p->first; panel < p->last; panel++) {
        size_t column = panel * CK_PANEL;
        GEMM(pack_panel)
        (p, column, smaller(CK_PANEL, p->n - column), (char *)p->panels + panel * ck_panel_bytes(FORMAT, p->k));
    }
}

#undef LINE
#undef LINE_DEPTH
#undef LINE_BYTES
#undef STORE_WEIGHTS
#undef FORMAT
#undef GEMM
#undef GROUP
#undef LANE_BYTES
#undef ACC
#undef ZERO_SUM
#undef OPERAND
#undef LOAD_OPERAND
#undef BROADCAST
#undef MULTIPLY_ADD
#undef FIRST_SUM
#undef LAST_SUM
#undef GELU
#undef SPAN_DEPTH
#undef BLOCK_DEPTH
#undef ROW_UNIT
#undef STORE_VALUES
#undef WIDEN
#undef TWO_LANES
#undef LOAD_TWO_LANES
#undef MULTIPLY_ADD_LANE
