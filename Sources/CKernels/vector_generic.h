// Four floats by the compiler's own vector types: SSE2 on x86-64, plain code elsewhere.
#define W 4
#define MR 4
#define KERNEL(name) name##_generic

typedef float vf __attribute__((vector_size(16)));
typedef int32_t vi __attribute__((vector_size(16)));
typedef float vf_unaligned __attribute__((vector_size(16), aligned(4), may_alias));

#define INLINE static inline __attribute__((always_inline, unused))

INLINE vf v_set1(float x) {
    return (vf){x, x, x, x};
}
INLINE vf v_load(const float *p) {
    return *(const vf_unaligned *)p;
}
INLINE void v_store(float *p, vf v) {
    *(vf_unaligned *)p = v;
}
INLINE vf v_load_n(const float *p, size_t n) {
    vf v = {0, 0, 0, 0};
    for (size_t i = 0; i < n && i < W; i++)
        v[i] = p[i];
    return v;
}
INLINE void v_store_n(float *p, vf v, size_t n) {
    for (size_t i = 0; i < n && i < W; i++)
        p[i] = v[i];
}
INLINE vf v_fma(vf a, vf b, vf c) {
    return a * b + c;
}
INLINE vf v_add(vf a, vf b) {
    return a + b;
}
INLINE vf v_sub(vf a, vf b) {
    return a - b;
}
INLINE vf v_mul(vf a, vf b) {
    return a * b;
}
INLINE vf v_div(vf a, vf b) {
    return a / b;
}
INLINE vf v_max(vf a, vf b) {
    vi m = a > b;
    return (vf)(((vi)a & m) | ((vi)b & ~m));
}
INLINE vf v_min(vf a, vf b) {
    vi m = a < b;
    return (vf)(((vi)a & m) | ((vi)b & ~m));
}
INLINE float v_sum(vf v) {
    return (v[0] + v[2]) + (v[1] + v[3]);
}
INLINE float v_hmax(vf v) {
    float a = v[0] > v[1] ? v[0] : v[1], b = v[2] > v[3] ? v[2] : v[3];
    return a > b ? a : b;
}
// Whether a value is above the other vector's; none is that is no number.
INLINE int v_any_above(vf a, vf b) {
    vi m = a > b;
    return (m[0] | m[1] | m[2] | m[3]) != 0;
}
// Nearest integer of |x| < 2^22: adding 1.5 * 2^23 rounds in the last bit.
INLINE vf v_round(vf x) {
    vf magic = v_set1(12582912.0f);
    vf shifted = x + magic;
    return shifted - magic;
}
// x * 2^n for an integral n in -126...127.
INLINE vf v_scale2(vf x, vf n) {
    vi bits = (__builtin_convertvector(n, vi) + 127) << 23;
    return x * (vf)bits;
}

INLINE float v_widen_f16(uint16_t half) {
    // The exponent is re-biased by one exact multiplication, which also normalises subnormal halves.
    uint32_t sign = (uint32_t)(half & 0x8000) << 16, magnitude = half & 0x7fff, bits = magnitude << 13;
    float scaled;
    __builtin_memcpy(&scaled, &bits, 4);
    scaled *= 0x1p112f;
    __builtin_memcpy(&bits, &scaled, 4);
    bits |= sign | (magnitude >= 0x7c00 ? 0x7f800000u : 0);
    __builtin_memcpy(&scaled, &bits, 4);
    return scaled;
}
// Of values that a float16 holds exactly.
INLINE uint16_t v_narrow_f16(float x) {
    uint32_t bits;
    float scaled = __builtin_fabsf(x) * 0x1p-112f;
    __builtin_memcpy(&bits, &scaled, 4);
    uint16_t magnitude = (uint16_t)(bits >> 13);
    if (!(__builtin_fabsf(x) <= 65504))
        magnitude = x != x ? 0x7e00 : 0x7c00;
    return (uint16_t)(magnitude | (__builtin_signbit(x) ? 0x8000 : 0));
}
INLINE void v_store_f16(void *p, vf v) {
    uint16_t h[W] = {v_narrow_f16(v[0]), v_narrow_f16(v[1]), v_narrow_f16(v[2]), v_narrow_f16(v[3])};
    __builtin_memcpy(p, h, sizeof h);
}
INLINE vf v_load_f16(const void *p) {
    uint16_t h[W];
    __builtin_memcpy(h, p, sizeof h);
    return (vf){v_widen_f16(h[0]), v_widen_f16(h[1]), v_widen_f16(h[2]), v_widen_f16(h[3])};
}
INLINE vf v_load_bf16(const void *p) {
    uint16_t h[W];
    __builtin_memcpy(h, p, sizeof h);
    return (vf)((vi){h[0], h[1], h[2], h[3]} << 16);
}
INLINE vf v_abs(vf v) {
    return (vf)((vi)v & 0x7fffffff);
}

INLINE vi v_load_lanes(const void *p) {
    vi v;
    __builtin_memcpy(&v, p, sizeof v);
    return v;
}
INLINE vi v_set1_lane(uint32_t x) {
    int32_t s = (int32_t)x;
    return (vi){s, s, s, s};
}
INLINE vi v_zero_lanes(void) {
    return (vi){0, 0, 0, 0};
}
INLINE vf v_from_lanes(vi v) {
    return __builtin_convertvector(v, vf);
}
INLINE vi v_sub_lanes(vi a, vi b) {
    return a - b;
}
// Rounded to nearest even; rounding would carry some values that are no numbers over to zero.
INLINE void v_store_bf16(uint16_t *p, vf v) {
    for (size_t i = 0; i < W; i++) {
        uint32_t bits = (uint32_t)((vi)v)[i];
        p[i] = v[i] == v[i] ? (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16) : 0x7fc0;
    }
}
// The low byte of each value, rounded to nearest even, plus `offset`.
INLINE void v_store_bytes(uint8_t *p, vf v, int32_t offset) {
    vi n = __builtin_convertvector(v_round(v), vi) + offset;
    for (size_t i = 0; i < W; i++)
        p[i] = (uint8_t)n[i];
}
// acc + the products of pairs of bfloat16, even ones first.
INLINE vf v_dot_bf16(vf acc, vi a, vi b) {
    acc = v_fma((vf)(a << 16), (vf)(b << 16), acc);
    return v_fma((vf)(a & (int32_t)0xffff0000), (vf)(b & (int32_t)0xffff0000), acc);
}
// acc + the products of four unsigned with four signed bytes, exactly.
INLINE vi v_dot_i8(vi acc, vi a, vi b) {
    for (int32_t shift = 0; shift < 32; shift += 8)
        acc += (a >> shift & 0xff) * ((b << (24 - shift)) >> 24);
    return acc;
}

// The sum of each of W vectors, all added in the same order.
INLINE vf v_sums(const vf v[W]) {
    return (vf){v_sum(v[0]), v_sum(v[1]), v_sum(v[2]), v_sum(v[3])};
}
