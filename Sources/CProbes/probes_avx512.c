#include "loops.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Sixteen chains hide the latency of an instruction that two ports start every cycle; `+v` keeps each in a register and
// the compiler from folding the loop.
enum { CHAINS = 16 };

#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)

static uint64_t fp32(uint64_t rounds, float *sink) {
    __m512 sums[CHAINS];
    for (int chain = 0; chain < CHAINS; chain++) {
        sums[chain] = _mm512_setzero_ps();
    }
    __m512 a = _mm512_set1_ps(0.5f), b = _mm512_set1_ps(0.25f);
    for (uint64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < CHAINS; chain++) {
            __asm__ volatile("vfmadd231ps %2, %1, %0" : "+v"(sums[chain]) : "v"(a), "v"(b));
        }
    }
    for (int chain = 0; chain < CHAINS; chain++) {
        *sink += _mm512_cvtss_f32(sums[chain]);
    }
    return rounds * CHAINS * 16 * 2;
}

#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bf16"))), apply_to = function)

static uint64_t bf16(uint64_t rounds, float *sink) {
    __m512 sums[CHAINS];
    for (int chain = 0; chain < CHAINS; chain++) {
        sums[chain] = _mm512_setzero_ps();
    }
    __m512i a = _mm512_set1_epi16(0x3F00), b = _mm512_set1_epi16(0x3E80); // 0.5 and 0.25
    for (uint64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < CHAINS; chain++) {
            __asm__ volatile("vdpbf16ps %2, %1, %0" : "+v"(sums[chain]) : "v"(a), "v"(b));
        }
    }
    for (int chain = 0; chain < CHAINS; chain++) {
        *sink += _mm512_cvtss_f32(sums[chain]);
    }
    return rounds * CHAINS * 32 * 2;
}

#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512vnni"))), apply_to = function)

static uint64_t int8(uint64_t rounds, float *sink) {
    __m512i sums[CHAINS];
    for (int chain = 0; chain < CHAINS; chain++) {
        sums[chain] = _mm512_setzero_si512();
    }
    __m512i a = _mm512_set1_epi32(0x03030303), b = _mm512_set1_epi32(-1);
    for (uint64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < CHAINS; chain++) {
            __asm__ volatile("vpdpbusd %2, %1, %0" : "+v"(sums[chain]) : "v"(a), "v"(b));
        }
    }
    for (int chain = 0; chain < CHAINS; chain++) {
        *sink += (float)_mm_cvtsi128_si32(_mm512_castsi512_si128(sums[chain]));
    }
    return rounds * CHAINS * 64 * 2;
}

#pragma clang attribute pop

uint64_t cp_fp32_avx512(uint64_t rounds, float *sink) {
    return __builtin_cpu_supports("avx512f") ? fp32(rounds, sink) : 0;
}

uint64_t cp_bf16_avx512(uint64_t rounds, float *sink) {
    return __builtin_cpu_supports("avx512bf16") ? bf16(rounds, sink) : 0;
}

uint64_t cp_int8_avx512(uint64_t rounds, float *sink) {
    return __builtin_cpu_supports("avx512vnni") ? int8(rounds, sink) : 0;
}
#endif
