#include "CKernels.h"
#include "dispatch.h"

#include <math.h>

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

#include "vector_avx2.h"

#include "math_body.h"

#include "attention_body.h"
#include "dwconv_body.h"
#include "gemm_body.h"
#include "rows_body.h"

const ck_table ck_table_avx2 = {
    .isa = CK_AVX2,
    .gemm = f32_gemm_avx2,
    .gram = f32_gram_avx2,
    .dwconv3x3 = f32_dwconv3x3_avx2,
    .layer_norm = f32_layer_norm_avx2,
    .softmax = f32_softmax_avx2,
    .log_softmax = f32_log_softmax_avx2,
    .add = f32_add_avx2,
    .dots = f32_dots_avx2,
    .weighted_sum = f32_weighted_sum_avx2,
};

#pragma clang attribute pop
#endif
