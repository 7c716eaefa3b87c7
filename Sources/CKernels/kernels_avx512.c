#include "CKernels.h"
#include "dispatch.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))),                   \
                             apply_to = function)

#include "vector_avx512.h"

#include "math_body.h"

#include "attention_body.h"
#include "dwconv_body.h"
#include "gram_body.h"
#include "rows_body.h"

#define V_I8_OFFSET 128
#include "operand_body.h"

#define V_DOT_BF16 v_dot_bf16
#define V_DOT_I8 v_dot_i8
#define V_STORE_BF16 v_store_bf16
#define V_STORE_PAIRS v_store_halves

#include "operand_f32.h"
#include "gemm_body.h"

#include "operand_f16.h"
#include "gemm_body.h"

#include "operand_bf16.h"
#include "gemm_body.h"

#include "operand_i8.h"
#include "gemm_body.h"

#include "pack_rows_body.h"

#pragma clang attribute pop

#undef KERNEL
#define KERNEL(name) name##_avx512_vnni

#pragma clang attribute push(__attribute__((target("avx512vnni,avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))),        \
                             apply_to = function)

INLINE vi v_dot_i8_vnni(vi acc, vi a, vi b) {
    return _mm512_dpbusd_epi32(acc, a, b);
}
#undef V_DOT_I8
#define V_DOT_I8 v_dot_i8_vnni

#include "operand_i8.h"
#include "gemm_body.h"

#pragma clang attribute pop

#undef KERNEL
#define KERNEL(name) name##_avx512_bf16

#pragma clang attribute push(__attribute__((target("avx512bf16,avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))),        \
                             apply_to = function)

INLINE vf v_dot_bf16_native(vf acc, vi a, vi b) {
    return _mm512_dpbf16_ps(acc, (__m512bh)a, (__m512bh)b);
}
INLINE void v_store_bf16_native(uint16_t *p, vf v) {
    _mm256_storeu_si256((__m256i *)p, (__m256i)_mm512_cvtneps_pbh(v));
}
INLINE void v_store_pairs_native(uint32_t *p, vf even, vf odd) {
    vi low = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(even));
    vi high = _mm512_cvtepu16_epi32((__m256i)_mm512_cvtneps_pbh(odd));
    _mm512_storeu_si512(p, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
}
#undef V_DOT_BF16
#undef V_STORE_BF16
#undef V_STORE_PAIRS
#define V_DOT_BF16 v_dot_bf16_native
#define V_STORE_BF16 v_store_bf16_native
#define V_STORE_PAIRS v_store_pairs_native

#include "operand_bf16.h"
#include "gemm_body.h"

#include "pack_rows_body.h"

#pragma clang attribute pop

// Everything that is not a product is the same for the three.
#define COMMON                                                                                                         \
    .gram = f32_gram_avx512, .dwconv3x3 = f32_dwconv3x3_avx512, .layer_norm = f32_layer_norm_avx512,                   \
    .softmax = f32_softmax_avx512, .log_softmax = f32_log_softmax_avx512, .first_above = f32_first_above_avx512,       \
    .add = f32_add_avx512, .dots = f32_dots_avx512, .dots_bf16 = bf16_dots_avx512,                                     \
    .weighted_sum = f32_weighted_sum_avx512, .weighted_sum_bf16 = bf16_weighted_sum_avx512, .narrow = narrow_avx512

const ck_table ck_table_avx512 = {
    .isa = CK_AVX512,
    .gemm = {gemm_f32_avx512, gemm_f16_avx512, gemm_bf16_avx512, gemm_i8_avx512},
    .pack = {pack_f32_avx512, pack_f16_avx512, pack_bf16_avx512, pack_i8_avx512},
    .pack_bf16_rows = pack_bf16_rows_avx512,
    COMMON,
};

const ck_table ck_table_avx512_vnni = {
    .isa = CK_AVX512_VNNI,
    .gemm = {gemm_f32_avx512, gemm_f16_avx512, gemm_bf16_avx512, gemm_i8_avx512_vnni},
    .pack = {pack_f32_avx512, pack_f16_avx512, pack_bf16_avx512, pack_i8_avx512_vnni},
    .pack_bf16_rows = pack_bf16_rows_avx512,
    COMMON,
};

const ck_table ck_table_avx512_bf16 = {
    .isa = CK_AVX512_BF16,
    .gemm = {gemm_f32_avx512, gemm_f16_avx512, gemm_bf16_avx512_bf16, gemm_i8_avx512_vnni},
    .pack = {pack_f32_avx512, pack_f16_avx512, pack_bf16_avx512_bf16, pack_i8_avx512_vnni},
    .pack_bf16_rows = pack_bf16_rows_avx512_bf16,
    COMMON,
};
#endif
