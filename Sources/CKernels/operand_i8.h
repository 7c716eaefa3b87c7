// int8 weights and activations, sums in int32. Where the dot product wants one side unsigned, activations carry 128
// more (V_I8_OFFSET); what that adds is known beforehand and taken off at the end of each block of k.
#define FORMAT CK_I8
#define GEMM(name) KERNEL(name##_i8)
#define GROUP 4
#define LANE_BYTES 4
#define ACC vi
#define ZERO_SUM v_zero_lanes()
#define OPERAND vi
#define LOAD_OPERAND(p) v_load_lanes(p)
#define BROADCAST(p) v_broadcast_lane(p)
#define MULTIPLY_ADD(acc, x, b) V_DOT_I8(acc, x, b)
#define FIRST_SUM(t, p, n) v_zero_lanes()
#define LAST_SUM(t, acc, b, r, p, n) v_rescaled(acc, b, (t)->row_units[r], (t)->first ? 0 : (p), n)
#define GELU(v) v_rough_gelu(v)
#define SPAN_DEPTH(m, k) whole_blocks(m, GROUP, CK_I8_DEPTH)
#define BLOCK_DEPTH(span) CK_I8_DEPTH
#define ROW_UNIT(s) v_largest_value(s) / 127
#define STORE_VALUES(p, v, unit) v_store_bytes((uint8_t *)(p), v_in_units(v, unit), V_I8_OFFSET)
#define STORE_WEIGHTS(p, v, unit) v_store_bytes((uint8_t *)(p), v_in_units(v, unit), 0)
