// float16 weights in half the bytes of float32, widened, which is exact: as they are read where that is what takes
// time, and once for a block of many rows.
#define FORMAT CK_F16
#define GEMM(name) KERNEL(name##_f16)
#define GROUP 1
#define LANE_BYTES 2
#define ACC vf
#define ZERO_SUM v_set1(0)
#define OPERAND vf
#define LOAD_OPERAND(p) v_load_f16(p)
#define BROADCAST(p) v_set1(*(const float *)(p))
#define MULTIPLY_ADD(acc, x, b) v_fma(x, b, acc)
#define FIRST_SUM(t, p, n) ((t)->first ? v_set1(0) : v_load_some(p, n))
#define LAST_SUM(t, acc, b, r, p, n) (acc)
#define GELU(v) v_gelu(v)
#define SPAN_DEPTH(m, k) even_depth(m, k, GROUP)
#define BLOCK_DEPTH(span) (span)
#define ROW_UNIT(s) 1
#define STORE_VALUES(p, v, unit) v_store((float *)(p), v)
#define STORE_WEIGHTS(p, v, unit) v_store_f16(p, v)
#define WIDEN(lanes, count, out) v_widen_f16_lanes(lanes, count, out)
