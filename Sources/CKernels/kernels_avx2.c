#include "CKernels.h"
#include "dispatch.h"

#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma,f16c"))), apply_to = function)

#include "vector_avx2.h"

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

const ck_table ck_table_avx2 = {
    .isa = CK_AVX2,
    .gemm = {gemm_f32_avx2, gemm_f16_avx2, gemm_bf16_avx2, gemm_i8_avx2},
    .pack = {pack_f32_avx2, pack_f16_avx2, pack_bf16_avx2, pack_i8_avx2},
    .pack_bf16_rows = pack_bf16_rows_avx2,
    .gram = f32_gram_avx2,
    .dwconv3x3 = f32_dwconv3x3_avx2,
    .layer_norm = f32_layer_norm_avx2,
    .softmax = f32_softmax_avx2,
    .log_softmax = f32_log_softmax_avx2,
    .first_above = f32_first_above_avx2,
    .add = f32_add_avx2,
    .dots = f32_dots_avx2,
    .dots_bf16 = bf16_dots_avx2,
    .weighted_sum = f32_weighted_sum_avx2,
    .weighted_sum_bf16 = bf16_weighted_sum_avx2,
    .narrow = narrow_avx2,
};

#pragma clang attribute pop
#endif
