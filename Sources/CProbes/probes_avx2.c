#include "loops.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Twelve chains hide the latency of an instruction that two ports start every cycle; `+x` keeps each in a register and
// the compiler from folding the loop.
enum { CHAINS = 12 };

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

static uint64_t fp32(uint64_t rounds, float *sink) {
    __m256 sums[CHAINS];
    for (int chain = 0; chain < CHAINS; chain++) {
        sums[chain] = _mm256_setzero_ps();
    }
    __m256 a = _mm256_set1_ps(0.5f), b = _mm256_set1_ps(0.25f);
    for (uint64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < CHAINS; chain++) {
            __asm__ volatile("vfmadd231ps %2, %1, %0" : "+x"(sums[chain]) : "x"(a), "x"(b));
        }
    }
    for (int chain = 0; chain < CHAINS; chain++) {
        *sink += _mm256_cvtss_f32(sums[chain]);
    }
    return rounds * CHAINS * 8 * 2;
}

#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx2,avx512f,avx512vl,avx512vnni"))), apply_to = function)

static uint64_t int8(uint64_t rounds, float *sink) {
    __m256i sums[CHAINS];
    for (int chain = 0; chain < CHAINS; chain++) {
        sums[chain] = _mm256_setzero_si256();
    }
    __m256i a = _mm256_set1_epi8(3), b = _mm256_set1_epi8(-1);
    for (uint64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < CHAINS; chain++) {
            __asm__ volatile("vpdpbusd %2, %1, %0" : "+x"(sums[chain]) : "x"(a), "x"(b));
        }
    }
    for (int chain = 0; chain < CHAINS; chain++) {
        *sink += (float)_mm256_extract_epi32(sums[chain], 0);
    }
    return rounds * CHAINS * 32 * 2;
}

#pragma clang attribute pop

uint64_t cp_fp32_avx2(uint64_t rounds, float *sink) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") ? fp32(rounds, sink) : 0;
}

uint64_t cp_int8_avx2(uint64_t rounds, float *sink) {
    return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512vl") ? int8(rounds, sink) : 0;
}
#endif
