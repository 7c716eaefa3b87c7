// Four floats by the compiler's own vector types: SSE2 on x86-64, NEON on arm64, plain code elsewhere.
#define W 4
#define MR 4
#define KERNEL(name) name##_generic

typedef float vf __attribute__((vector_size(16)));
typedef int32_t vi __attribute__((vector_size(16)));
typedef float vf_unaligned __attribute__((vector_size(16), aligned(4)));

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
