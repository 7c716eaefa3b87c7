#include "CKernels.h"
#include "dispatch.h"

#include <math.h>
#include <string.h>

#if defined(__aarch64__)
#include "vector_neon.h"

#include "math_body.h"

#include "attention_body.h"
#include "dwconv_body.h"
#include "gram_body.h"
#include "rows_body.h"

// Dot products take signed bytes on both sides.
#define V_I8_OFFSET 0
#include "operand_body.h"

#define V_DOT_BF16 v_dot_bf16
#define V_DOT_I8 v_dot_i8
#define V_STORE_BF16 v_store_bf16
#define V_STORE_PAIRS v_store_pairs

#include "operand_f32.h"
#define TWO_LANES float32x2_t
#define LOAD_TWO_LANES(p) vld1_f32((const float *)(p))
#define MULTIPLY_ADD_LANE(acc, x, i, b) vfmaq_lane_f32(acc, b, x, i)
#include "gemm_body.h"

#include "operand_f16.h"
#define TWO_LANES float32x2_t
#define LOAD_TWO_LANES(p) vld1_f32((const float *)(p))
#define MULTIPLY_ADD_LANE(acc, x, i, b) vfmaq_lane_f32(acc, b, x, i)
#include "gemm_body.h"

// With 24 sums the compiler has too few registers for what else these need, and loses more than it wins.
#undef MR
#define MR 6

#include "operand_bf16.h"
#define TWO_LANES two_pairs
#define LOAD_TWO_LANES(p) v_load_two_pairs(p)
#define MULTIPLY_ADD_LANE(acc, x, i, b)                                                                                \
    vfmaq_lane_f32(vfmaq_lane_f32(acc, v_even_bf16(b), (x).even, i), v_odd_bf16(b), (x).odd, i)
#include "gemm_body.h"

#include "operand_i8.h"
#include "gemm_body.h"

#include "pack_rows_body.h"

#undef KERNEL
#define KERNEL(name) name##_neondot

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("dotprod"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("arch=armv8.2-a+dotprod")
#endif

INLINE vi v_dot_i8_native(vi acc, vi a, vi b) {
    return vdotq_s32(acc, vreinterpretq_s8_s32(a), vreinterpretq_s8_s32(b));
}
#undef V_DOT_I8
#define V_DOT_I8 v_dot_i8_native

#include "operand_i8.h"
#define TWO_LANES int8x8_t
#define LOAD_TWO_LANES(p) vld1_s8((const int8_t *)(p))
#define MULTIPLY_ADD_LANE(acc, x, i, b) vdotq_lane_s32(acc, vreinterpretq_s8_s32(b), x, i)
#include "gemm_body.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

// Everything but int8 is the same for the two.
#define COMMON                                                                                                         \
    .pack_bf16_rows = pack_bf16_rows_neon, .gram = f32_gram_neon, .dwconv3x3 = f32_dwconv3x3_neon,                     \
    .layer_norm = f32_layer_norm_neon, .softmax = f32_softmax_neon, .log_softmax = f32_log_softmax_neon,               \
    .first_above = f32_first_above_neon, .add = f32_add_neon, .dots = f32_dots_neon, .dots_bf16 = bf16_dots_neon,      \
    .weighted_sum = f32_weighted_sum_neon, .weighted_sum_bf16 = bf16_weighted_sum_neon, .narrow = narrow_neon

const ck_table ck_table_neon = {
    .isa = CK_NEON,
    .gemm = {gemm_f32_neon, gemm_f16_neon, gemm_bf16_neon, gemm_i8_neon},
    .pack = {pack_f32_neon, pack_f16_neon, pack_bf16_neon, pack_i8_neon},
    COMMON,
};

const ck_table ck_table_neon_dot = {
    .isa = CK_NEON_DOT,
    .gemm = {gemm_f32_neon, gemm_f16_neon, gemm_bf16_neon, gemm_i8_neondot},
    .pack = {pack_f32_neon, pack_f16_neon, pack_bf16_neon, pack_i8_neondot},
    COMMON,
};
#endif
