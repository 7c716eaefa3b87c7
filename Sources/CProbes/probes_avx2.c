#include "loops.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Twelve chains hide the latency of an instruction that two ports start every cycle; `+x` keeps each in a register and
// the compiler from folding the loop.
enum { CHAINS = 12 };

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

CP_LOOP(fp32, __m256, _mm256_setzero_ps(), _mm256_set1_ps(0.5f), _mm256_set1_ps(0.25f), "vfmadd231ps %2, %1, %0", "+x",
        "x", _mm256_cvtss_f32, 8)

#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,avx512f,avx512vl,avx512vnni"))), apply_to = function)

CP_LOOP(int8, __m256i, _mm256_setzero_si256(), _mm256_set1_epi8(3), _mm256_set1_epi8(-1), "vpdpbusd %2, %1, %0", "+x", "x",
        _mm256_cvtsi256_si32, 32)

#pragma clang attribute pop

uint64_t cp_fp32_avx2(uint64_t rounds, float *sink) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? fp32(rounds, sink) : 0;
}

uint64_t cp_int8_avx2(uint64_t rounds, float *sink) {
    return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vl") ? int8(rounds, sink) : 0;
}
#endif
