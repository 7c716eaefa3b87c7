// Four floats: what every 64-bit ARM processor has.
#include <arm_neon.h>

#define W 4
// With two vectors a row, 24 of the 32 registers hold sums.
#define MR 12
#define KERNEL(name) name##_neon

typedef float32x4_t vf;
typedef int32x4_t vi;

#define INLINE static inline __attribute__((always_inline, unused))

INLINE vf v_set1(float x) {
    return vdupq_n_f32(x);
}
INLINE vf v_load(const float *p) {
    return vld1q_f32(p);
}
INLINE void v_store(float *p, vf v) {
    vst1q_f32(p, v);
}
// There are no masks: one lane after the other.
INLINE vf v_load_n(const float *p, size_t n) {
    vf v = vdupq_n_f32(0);
    if (n > 0)
        v = vld1q_lane_f32(p, v, 0);
    if (n > 1)
        v = vld1q_lane_f32(p + 1, v, 1);
    if (n > 2)
        v = vld1q_lane_f32(p + 2, v, 2);
    return n > 3 ? vld1q_lane_f32(p + 3, v, 3) : v;
}
INLINE void v_store_n(float *p, vf v, size_t n) {
    if (n > 0)
        vst1q_lane_f32(p, v, 0);
    if (n > 1)
        vst1q_lane_f32(p + 1, v, 1);
    if (n > 2)
        vst1q_lane_f32(p + 2, v, 2);
    if (n > 3)
        vst1q_lane_f32(p + 3, v, 3);
}
INLINE vf v_fma(vf a, vf b, vf c) {
    return vfmaq_f32(c, a, b);
}
INLINE vf v_add(vf a, vf b) {
    return vaddq_f32(a, b);
}
INLINE vf v_sub(vf a, vf b) {
    return vsubq_f32(a, b);
}
INLINE vf v_mul(vf a, vf b) {
    return vmulq_f32(a, b);
}
INLINE vf v_div(vf a, vf b) {
    return vdivq_f32(a, b);
}
INLINE vf v_max(vf a, vf b) {
    return vmaxq_f32(a, b);
}
INLINE vf v_min(vf a, vf b) {
    return vminq_f32(a, b);
}
INLINE float v_sum(vf v) {
    return vaddvq_f32(v);
}
INLINE float v_hmax(vf v) {
    return vmaxvq_f32(v);
}
// Whether a value is above the other vector's; none is that is no number.
INLINE int v_any_above(vf a, vf b) {
    return vmaxvq_u32(vcgtq_f32(a, b)) != 0;
}
INLINE vf v_round(vf x) {
    return vrndnq_f32(x);
}
// x * 2^n for an integral n in -126...127.
INLINE vf v_scale2(vf x, vf n) {
    vi bits = vshlq_n_s32(vaddq_s32(vcvtq_s32_f32(n), vdupq_n_s32(127)), 23);
    return vmulq_f32(x, vreinterpretq_f32_s32(bits));
}

// Halves need not lie at even addresses.
INLINE uint16x4_t v_load_halves(const void *p) {
    return vreinterpret_u16_u8(vld1_u8((const uint8_t *)p));
}
INLINE vf v_load_f16(const void *p) {
    return vcvt_f32_f16(vreinterpret_f16_u16(v_load_halves(p)));
}
INLINE vf v_load_bf16(const void *p) {
    return vreinterpretq_f32_u32(vshll_n_u16(v_load_halves(p), 16));
}
INLINE vf v_abs(vf v) {
    return vabsq_f32(v);
}

INLINE vi v_load_lanes(const void *p) {
    return vreinterpretq_s32_u8(vld1q_u8((const uint8_t *)p));
}
INLINE vi v_set1_lane(uint32_t x) {
    return vdupq_n_s32((int32_t)x);
}
INLINE vi v_zero_lanes(void) {
    return vdupq_n_s32(0);
}
INLINE vf v_from_lanes(vi v) {
    return vcvtq_f32_s32(v);
}
INLINE vi v_sub_lanes(vi a, vi b) {
    return vsubq_s32(a, b);
}
// Rounded to nearest even, in the high halves; what is in the low ones is to be dropped.
INLINE uint32x4_t v_rounded_bf16(vf v) {
    // Rounding would carry some values that are no numbers over to zero.
    uint32x4_t bits = vreinterpretq_u32_f32(vbslq_f32(vceqq_f32(v, v), v, vdupq_n_f32(__builtin_nanf(""))));
    uint32x4_t odd = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
    return vaddq_u32(bits, vaddq_u32(odd, vdupq_n_u32(0x7fff)));
}
INLINE void v_store_bf16(uint16_t *p, vf v) {
    vst1_u16(p, vshrn_n_u32(v_rounded_bf16(v), 16));
}
// Pairs of bfloat16, the even one in the low half.
INLINE void v_store_pairs(uint32_t *p, vf even, vf odd) {
    vst1q_u32(p, vsriq_n_u32(v_rounded_bf16(odd), v_rounded_bf16(even), 16));
}
// The low byte of each value, rounded to nearest even, plus `offset`.
INLINE void v_store_bytes(uint8_t *p, vf v, int32_t offset) {
    vi n = vaddq_s32(vcvtnq_s32_f32(v), vdupq_n_s32(offset));
    uint16x4_t words = vreinterpret_u16_s16(vmovn_s32(n));
    uint32_t bytes = vget_lane_u32(vreinterpret_u32_u8(vmovn_u16(vcombine_u16(words, words))), 0);
    memcpy(p, &bytes, W);
}
INLINE void v_store_f16(void *p, vf v) {
    vst1_u8((uint8_t *)p, vreinterpret_u8_f16(vcvt_f16_f32(v)));
}
INLINE vf v_even_bf16(vi v) {
    return vreinterpretq_f32_s32(vshlq_n_s32(v, 16));
}
INLINE vf v_odd_bf16(vi v) {
    return vreinterpretq_f32_s32(vandq_s32(v, vdupq_n_s32((int32_t)0xffff0000)));
}
// Two pairs of bfloat16 of one row.
typedef struct {
    float32x2_t even, odd;
} two_pairs;
INLINE two_pairs v_load_two_pairs(const void *p) {
    uint32x2_t v = vreinterpret_u32_u8(vld1_u8((const uint8_t *)p));
    uint32x2_t odd = vand_u32(v, vdup_n_u32(0xffff0000));
    return (two_pairs){vreinterpret_f32_u32(vshl_n_u32(v, 16)), vreinterpret_f32_u32(odd)};
}
// acc + the products of pairs of bfloat16, even ones first.
INLINE vf v_dot_bf16(vf acc, vi a, vi b) {
    acc = v_fma(v_even_bf16(a), v_even_bf16(b), acc);
    return v_fma(v_odd_bf16(a), v_odd_bf16(b), acc);
}
// acc + the products of four signed bytes in -127...127, exactly: two products fit into 16 bits, four would not.
INLINE vi v_dot_i8(vi acc, vi a, vi b) {
    int8x16_t x = vreinterpretq_s8_s32(a), y = vreinterpretq_s8_s32(b);
    int16x8_t low = vmull_s8(vget_low_s8(x), vget_low_s8(y)), high = vmull_high_s8(x, y);
    return vpadalq_s16(acc, vpaddq_s16(low, high));
}

// The sum of each of W vectors, all added in the same order.
INLINE vf v_sums(const vf v[W]) {
    return vpaddq_f32(vpaddq_f32(v[0], v[1]), vpaddq_f32(v[2], v[3]));
}
