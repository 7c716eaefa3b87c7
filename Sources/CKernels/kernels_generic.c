#include "CKernels.h"
#include "dispatch.h"

#include <math.h>

#include "vector_generic.h"

#include "math_body.h"

#include "attention_body.h"
#include "dwconv_body.h"
#include "gemm_body.h"
#include "rows_body.h"

const ck_table ck_table_generic = {
    .isa = CK_GENERIC,
    .gemm = f32_gemm_generic,
    .gram = f32_gram_generic,
    .dwconv3x3 = f32_dwconv3x3_generic,
    .layer_norm = f32_layer_norm_generic,
    .softmax = f32_softmax_generic,
    .log_softmax = f32_log_softmax_generic,
    .add = f32_add_generic,
    .dots = f32_dots_generic,
    .weighted_sum = f32_weighted_sum_generic,
};
