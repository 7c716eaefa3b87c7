// Sixteen floats: AVX-512 F, BW, VL and DQ.
#include <immintrin.h>

#define W 16
#define MR 12
#define KERNEL(name) name##_avx512

typedef __m512 vf;

#define INLINE static inline __attribute__((always_inline, unused))

// The first n lanes.
INLINE __mmask16 v_mask(size_t n) {
    return n < 16 ? (__mmask16)((1u << n) - 1) : (__mmask16)0xffff;
}

INLINE vf v_set1(float x) {
    return _mm512_set1_ps(x);
}
INLINE vf v_load(const float *p) {
    return _mm512_loadu_ps(p);
}
INLINE void v_store(float *p, vf v) {
    _mm512_storeu_ps(p, v);
}
INLINE vf v_load_n(const float *p, size_t n) {
    return _mm512_maskz_loadu_ps(v_mask(n), p);
}
INLINE void v_store_n(float *p, vf v, size_t n) {
    _mm512_mask_storeu_ps(p, v_mask(n), v);
}
INLINE vf v_fma(vf a, vf b, vf c) {
    return _mm512_fmadd_ps(a, b, c);
}
INLINE vf v_add(vf a, vf b) {
    return _mm512_add_ps(a, b);
}
INLINE vf v_sub(vf a, vf b) {
    return _mm512_sub_ps(a, b);
}
INLINE vf v_mul(vf a, vf b) {
    return _mm512_mul_ps(a, b);
}
INLINE vf v_div(vf a, vf b) {
    return _mm512_div_ps(a, b);
}
INLINE vf v_max(vf a, vf b) {
    return _mm512_max_ps(a, b);
}
INLINE vf v_min(vf a, vf b) {
    return _mm512_min_ps(a, b);
}
INLINE float v_sum(vf v) {
    return _mm512_reduce_add_ps(v);
}
INLINE float v_hmax(vf v) {
    return _mm512_reduce_max_ps(v);
}
INLINE vf v_round(vf x) {
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
// x * 2^n for an integral n.
INLINE vf v_scale2(vf x, vf n) {
    return _mm512_scalef_ps(x, n);
}
