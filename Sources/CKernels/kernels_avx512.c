#include "CKernels.h"
#include "dispatch.h"

#include <math.h>

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx2,fma"))),                   \
                             apply_to = function)

#include "vector_avx512.h"

#include "math_body.h"

#include "attention_body.h"
#include "dwconv_body.h"
#include "gemm_body.h"
#include "rows_body.h"

const ck_table ck_table_avx512 = {
    .isa = CK_AVX512,
    .gemm = f32_gemm_avx512,
    .gram = f32_gram_avx512,
    .dwconv3x3 = f32_dwconv3x3_avx512,
    .layer_norm = f32_layer_norm_avx512,
    .softmax = f32_softmax_avx512,
    .log_softmax = f32_log_softmax_avx512,
    .add = f32_add_avx512,
    .dots = f32_dots_avx512,
    .weighted_sum = f32_weighted_sum_avx512,
};

#pragma clang attribute pop
#endif
