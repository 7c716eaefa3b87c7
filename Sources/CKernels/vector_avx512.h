// Sixteen floats: AVX-512 F, BW, VL and DQ.
#include <immintrin.h>

#define W 16
#define MR 12
#define KERNEL(name) name##_avx512

typedef __m512 vf;
typedef __m512i vi;

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
// Whether a value is above the other vector's; none is that is no number.
INLINE int v_any_above(vf a, vf b) {
    return _mm512_cmp_ps_mask(a, b, _CMP_GT_OQ) != 0;
}
INLINE vf v_round(vf x) {
    return _mm512_roundscale_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
// x * 2^n for an integral n.
INLINE vf v_scale2(vf x, vf n) {
    return _mm512_scalef_ps(x, n);
}

INLINE vf v_load_f16(const void *p) {
    return _mm512_cvtph_ps(_mm256_loadu_si256((const __m256i *)p));
}
INLINE vf v_load_bf16(const void *p) {
    return _mm512_castsi512_ps(
        _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)p)), 16));
}
INLINE vf v_abs(vf v) {
    return _mm512_abs_ps(v);
}

INLINE vi v_load_lanes(const void *p) {
    return _mm512_loadu_si512(p);
}
INLINE vi v_set1_lane(uint32_t x) {
    return _mm512_set1_epi32((int)x);
}
INLINE vi v_zero_lanes(void) {
    return _mm512_setzero_si512();
}
INLINE vf v_from_lanes(vi v) {
    return _mm512_cvtepi32_ps(v);
}
INLINE vi v_sub_lanes(vi a, vi b) {
    return _mm512_sub_epi32(a, b);
}
// Rounded to nearest even; rounding would carry some values that are no numbers over to zero.
INLINE void v_store_bf16(uint16_t *p, vf v) {
    __mmask16 none = _mm512_cmp_ps_mask(v, v, _CMP_UNORD_Q);
    vi bits = _mm512_castps_si512(_mm512_mask_mov_ps(v, none, _mm512_set1_ps(__builtin_nanf(""))));
    vi odd = _mm512_and_si512(_mm512_srli_epi32(bits, 16), _mm512_set1_epi32(1));
    bits = _mm512_add_epi32(bits, _mm512_add_epi32(odd, _mm512_set1_epi32(0x7fff)));
    _mm256_storeu_si256((__m256i *)p, _mm512_cvtepi32_epi16(_mm512_srli_epi32(bits, 16)));
}
// The low byte of each value, rounded to nearest even, plus `offset`.
INLINE void v_store_bytes(uint8_t *p, vf v, int32_t offset) {
    vi n = _mm512_add_epi32(_mm512_cvtps_epi32(v), _mm512_set1_epi32(offset));
    _mm_storeu_si128((__m128i *)p, _mm512_cvtepi32_epi8(n));
}
INLINE void v_store_f16(void *p, vf v) {
    _mm256_storeu_si256((__m256i *)p, _mm512_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
// acc + the products of pairs of bfloat16, even ones first.
INLINE vf v_dot_bf16(vf acc, vi a, vi b) {
    vi high = _mm512_set1_epi32((int)0xffff0000);
    acc = v_fma(_mm512_castsi512_ps(_mm512_slli_epi32(a, 16)), _mm512_castsi512_ps(_mm512_slli_epi32(b, 16)), acc);
    return v_fma(
        _mm512_castsi512_ps(_mm512_and_si512(a, high)), _mm512_castsi512_ps(_mm512_and_si512(b, high)), acc);
}
// acc + the products of four unsigned with four signed bytes, exactly.
INLINE vi v_dot_i8(vi acc, vi a, vi b) {
    vi low = _mm512_set1_epi32(0x00ff00ff);
    vi a_even = _mm512_and_si512(a, low), a_odd = _mm512_and_si512(_mm512_srli_epi32(a, 8), low);
    vi b_even = _mm512_srai_epi16(_mm512_slli_epi16(b, 8), 8), b_odd = _mm512_srai_epi16(b, 8);
    acc = _mm512_add_epi32(acc, _mm512_madd_epi16(a_even, b_even));
    return _mm512_add_epi32(acc, _mm512_madd_epi16(a_odd, b_odd));
}

INLINE __m512 v_pair_sums(__m512 a, __m512 b) {
    return _mm512_add_ps(_mm512_unpacklo_ps(a, b), _mm512_unpackhi_ps(a, b));
}
INLINE __m512 v_quad_sums(__m512 ab, __m512 cd) {
    __m512d x = _mm512_castps_pd(ab), y = _mm512_castps_pd(cd);
    return _mm512_add_ps(
        _mm512_castpd_ps(_mm512_unpacklo_pd(x, y)), _mm512_castpd_ps(_mm512_unpackhi_pd(x, y)));
}
INLINE __m512 v_lane_sums(__m512 x, __m512 y) {
    return _mm512_add_ps(_mm512_shuffle_f32x4(x, y, 0x88), _mm512_shuffle_f32x4(x, y, 0xdd));
}
// The sum of each of W vectors, all added in the same order.
INLINE vf v_sums(const vf v[W]) {
    vf q[4];
    for (size_t i = 0; i < 4; i++)
        q[i] = v_quad_sums(v_pair_sums(v[4 * i], v[4 * i + 1]), v_pair_sums(v[4 * i + 2], v[4 * i + 3]));
    return v_lane_sums(v_lane_sums(q[0], q[1]), v_lane_sums(q[2], q[3]));
}
