#include "CKernels.h"
#include "dispatch.h"

#include <math.h>
#include <string.h>

#include "vector_generic.h"

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

const ck_table ck_table_generic = {
    .isa = CK_GENERIC,
    .gemm = {gemm_f32_generic, gemm_f16_generic, gemm_bf16_generic, gemm_i8_generic},
    .pack = {pack_f32_generic, pack_f16_generic, pack_bf16_generic, pack_i8_generic},
    .pack_bf16_rows = pack_bf16_rows_generic,
    .gram = f32_gram_generic,
    .dwconv3x3 = f32_dwconv3x3_generic,
    .layer_norm = f32_layer_norm_generic,
    .softmax = f32_softmax_generic,
    .log_softmax = f32_log_softmax_generic,
    .first_above = f32_first_above_generic,
    .add = f32_add_generic,
    .dots = f32_dots_generic,
    .dots_bf16 = bf16_dots_generic,
    .weighted_sum = f32_weighted_sum_generic,
    .weighted_sum_bf16 = bf16_weighted_sum_generic,
    .narrow = narrow_generic,
};
