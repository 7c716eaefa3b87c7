// Eight floats: AVX2 with FMA and F16C.
#include <immintrin.h>

#define W 8
#define MR 6
#define KERNEL(name) name##_avx2

typedef __m256 vf;
typedef __m256i vi;

#define INLINE static inline __attribute__((always_inline, unused))

static const int32_t lane_mask[16] = {-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0};

// The first n lanes.
INLINE __m256i v_mask(size_t n) {
    return _mm256_loadu_si256((const __m256i *)(lane_mask + 8 - (n < 8 ? n : 8)));
}

INLINE vf v_set1(float x) {
    return _mm256_set1_ps(x);
}
INLINE vf v_load(const float *p) {
    return _mm256_loadu_ps(p);
}
INLINE void v_store(float *p, vf v) {
    _mm256_storeu_ps(p, v);
}
INLINE vf v_load_n(const float *p, size_t n) {
    return _mm256_maskload_ps(p, v_mask(n));
}
INLINE void v_store_n(float *p, vf v, size_t n) {
    _mm256_maskstore_ps(p, v_mask(n), v);
}
INLINE vf v_fma(vf a, vf b, vf c) {
    return _mm256_fmadd_ps(a, b, c);
}
INLINE vf v_add(vf a, vf b) {
    return _mm256_add_ps(a, b);
}
INLINE vf v_sub(vf a, vf b) {
    return _mm256_sub_ps(a, b);
}
INLINE vf v_mul(vf a, vf b) {
    return _mm256_mul_ps(a, b);
}
INLINE vf v_div(vf a, vf b) {
    return _mm256_div_ps(a, b);
}
INLINE vf v_max(vf a, vf b) {
    return _mm256_max_ps(a, b);
}
INLINE vf v_min(vf a, vf b) {
    return _mm256_min_ps(a, b);
}
INLINE float v_sum(vf v) {
    __m128 s = _mm_add_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_add_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_add_ss(s, _mm_movehdup_ps(s)));
}
INLINE float v_hmax(vf v) {
    __m128 s = _mm_max_ps(_mm256_castps256_ps128(v), _mm256_extractf128_ps(v, 1));
    s = _mm_max_ps(s, _mm_movehl_ps(s, s));
    return _mm_cvtss_f32(_mm_max_ss(s, _mm_movehdup_ps(s)));
}
// Whether a value is above the other vector's; none is that is no number.
INLINE int v_any_above(vf a, vf b) {
    return _mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_GT_OQ));
}
INLINE vf v_round(vf x) {
    return _mm256_round_ps(x, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
}
// x * 2^n for an integral n in -126...127.
INLINE vf v_scale2(vf x, vf n) {
    __m256i bits = _mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(n), _mm256_set1_epi32(127)), 23);
    return _mm256_mul_ps(x, _mm256_castsi256_ps(bits));
}

INLINE vf v_load_f16(const void *p) {
    return _mm256_cvtph_ps(_mm_loadu_si128((const __m128i *)p));
}
INLINE vf v_load_bf16(const void *p) {
    return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)p)), 16));
}
INLINE vf v_abs(vf v) {
    return _mm256_andnot_ps(_mm256_set1_ps(-0.0f), v);
}

INLINE vi v_load_lanes(const void *p) {
    return _mm256_loadu_si256((const __m256i *)p);
}
INLINE vi v_set1_lane(uint32_t x) {
    return _mm256_set1_epi32((int)x);
}
INLINE vi v_zero_lanes(void) {
    return _mm256_setzero_si256();
}
INLINE vf v_from_lanes(vi v) {
    return _mm256_cvtepi32_ps(v);
}
INLINE vi v_sub_lanes(vi a, vi b) {
    return _mm256_sub_epi32(a, b);
}
// Rounded to nearest even; rounding would carry some values that are no numbers over to zero.
INLINE void v_store_bf16(uint16_t *p, vf v) {
    vf none = _mm256_cmp_ps(v, v, _CMP_UNORD_Q);
    vi bits = _mm256_castps_si256(_mm256_blendv_ps(v, _mm256_set1_ps(__builtin_nanf("")), none));
    vi odd = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    bits = _mm256_srli_epi32(_mm256_add_epi32(bits, _mm256_add_epi32(odd, _mm256_set1_epi32(0x7fff))), 16);
    __m128i low = _mm256_castsi256_si128(bits), high = _mm256_extracti128_si256(bits, 1);
    _mm_storeu_si128((__m128i *)p, _mm_packus_epi32(low, high));
}
// The low byte of each value, rounded to nearest even, plus `offset`.
INLINE void v_store_bytes(uint8_t *p, vf v, int32_t offset) {
    vi n = _mm256_add_epi32(_mm256_cvtps_epi32(v), _mm256_set1_epi32(offset));
    n = _mm256_and_si256(n, _mm256_set1_epi32(0xff));
    __m128i words = _mm_packus_epi32(_mm256_castsi256_si128(n), _mm256_extracti128_si256(n, 1));
    _mm_storel_epi64((__m128i *)p, _mm_packus_epi16(words, words));
}
INLINE void v_store_f16(void *p, vf v) {
    _mm_storeu_si128((__m128i *)p, _mm256_cvtps_ph(v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC));
}
// acc + the products of pairs of bfloat16, even ones first.
INLINE vf v_dot_bf16(vf acc, vi a, vi b) {
    vi high = _mm256_set1_epi32((int)0xffff0000);
    acc = v_fma(_mm256_castsi256_ps(_mm256_slli_epi32(a, 16)), _mm256_castsi256_ps(_mm256_slli_epi32(b, 16)), acc);
    return v_fma(
        _mm256_castsi256_ps(_mm256_and_si256(a, high)), _mm256_castsi256_ps(_mm256_and_si256(b, high)), acc);
}
// acc + the products of four unsigned with four signed bytes, exactly.
INLINE vi v_dot_i8(vi acc, vi a, vi b) {
    vi low = _mm256_set1_epi32(0x00ff00ff);
    vi a_even = _mm256_and_si256(a, low), a_odd = _mm256_and_si256(_mm256_srli_epi32(a, 8), low);
    vi b_even = _mm256_srai_epi16(_mm256_slli_epi16(b, 8), 8), b_odd = _mm256_srai_epi16(b, 8);
    acc = _mm256_add_epi32(acc, _mm256_madd_epi16(a_even, b_even));
    return _mm256_add_epi32(acc, _mm256_madd_epi16(a_odd, b_odd));
}

// The sum of each of W vectors, all added in the same order.
INLINE vf v_sums(const vf v[W]) {
    vf low = _mm256_hadd_ps(_mm256_hadd_ps(v[0], v[1]), _mm256_hadd_ps(v[2], v[3]));
    vf high = _mm256_hadd_ps(_mm256_hadd_ps(v[4], v[5]), _mm256_hadd_ps(v[6], v[7]));
    return _mm256_add_ps(_mm256_permute2f128_ps(low, high, 0x20), _mm256_permute2f128_ps(low, high, 0x31));
}
