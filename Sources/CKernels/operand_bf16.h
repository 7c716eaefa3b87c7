// bfloat16 weights and activations, sums in float32.
#define FORMAT CK_BF16
#define GEMM(name) KERNEL(name##_bf16)
#define GROUP 2
#define LANE_BYTES 4
#define ACC vf
#define ZERO_SUM v_set1(0)
#define OPERAND vi
#define LOAD_OPERAND(p) v_load_lanes(p)
#define BROADCAST(p) v_broadcast_lane(p)
#define MULTIPLY_ADD(acc, x, b) V_DOT_BF16(acc, x, b)
#define FIRST_SUM(t, p, n) ((t)->first ? v_set1(0) : v_load_some(p, n))
#define LAST_SUM(t, acc, b, r, p, n) (acc)
#define GELU(v) v_rough_gelu(v)
#define SPAN_DEPTH(m, k) even_depth(m, k, GROUP)
#define BLOCK_DEPTH(span) (span)
#define ROW_UNIT(s) 1
#define STORE_VALUES(p, v, unit) V_STORE_BF16((uint16_t *)(p), v)
#define STORE_WEIGHTS(p, v, unit) V_STORE_BF16((uint16_t *)(p), v)
