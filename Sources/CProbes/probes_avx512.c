#include "loops.h"

#if defined(__x86_64__)
#include <immintrin.h>

// Sixteen chains hide the latency of an instruction that two ports start every cycle; `+v` keeps each in a register and
// the compiler from folding the loop.
enum { CHAINS = 16 };

#pragma clang attribute push(__attribute__((target("avx512f"))), apply_to = function)

CP_LOOP(fp32, __m512, _mm512_setzero_ps(), _mm512_set1_ps(0.5f), _mm512_set1_ps(0.25f), "vfmadd231ps %2, %1, %0", "+v",
        "v", _mm512_cvtss_f32, 16)

#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bf16"))), apply_to = function)

// Pairs of 0.5 and of 0.25.
CP_LOOP(bf16, __m512, _mm512_setzero_ps(), _mm512_castsi512_ps(_mm512_set1_epi32(0x3F003F00)),
        _mm512_castsi512_ps(_mm512_set1_epi32(0x3E803E80)), "vdpbf16ps %2, %1, %0", "+v", "v", _mm512_cvtss_f32, 32)

#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512vnni"))), apply_to = function)

CP_LOOP(int8, __m512i, _mm512_setzero_si512(), _mm512_set1_epi32(0x03030303), _mm512_set1_epi32(-1),
        "vpdpbusd %2, %1, %0", "+v", "v", _mm512_cvtsi512_si32, 64)

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
