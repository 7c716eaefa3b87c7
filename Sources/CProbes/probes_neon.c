#include "loops.h"

#if defined(__aarch64__)
#include <arm_neon.h>

#if defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

// Twenty-four chains hide the latency of an instruction that four pipes start every cycle; `+w` keeps each in a
// register and the compiler from folding the loop.
enum { CHAINS = 24 };

uint64_t cp_fp32_neon(uint64_t rounds, float *sink) {
    float32x4_t sums[CHAINS];
    for (int chain = 0; chain < CHAINS; chain++) {
        sums[chain] = vdupq_n_f32(0);
    }
    float32x4_t a = vdupq_n_f32(0.5f), b = vdupq_n_f32(0.25f);
    for (uint64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < CHAINS; chain++) {
            __asm__ volatile("fmla %0.4s, %1.4s, %2.4s" : "+w"(sums[chain]) : "w"(a), "w"(b));
        }
    }
    for (int chain = 0; chain < CHAINS; chain++) {
        *sink += vgetq_lane_f32(sums[chain], 0);
    }
    return rounds * CHAINS * 4 * 2;
}

__attribute__((target("dotprod"))) static uint64_t int8(uint64_t rounds, float *sink) {
    int32x4_t sums[CHAINS];
    for (int chain = 0; chain < CHAINS; chain++) {
        sums[chain] = vdupq_n_s32(0);
    }
    int8x16_t a = vdupq_n_s8(3), b = vdupq_n_s8(-1);
    for (uint64_t round = 0; round < rounds; round++) {
#pragma clang loop unroll(full)
        for (int chain = 0; chain < CHAINS; chain++) {
            __asm__ volatile("sdot %0.4s, %1.16b, %2.16b" : "+w"(sums[chain]) : "w"(a), "w"(b));
        }
    }
    for (int chain = 0; chain < CHAINS; chain++) {
        *sink += (float)vgetq_lane_s32(sums[chain], 0);
    }
    return rounds * CHAINS * 16 * 2;
}

static int has_dot_products(void) {
#if defined(__ARM_FEATURE_DOTPROD)
    return 1;
#elif defined(__linux__)
    return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#else
    return 0;
#endif
}

uint64_t cp_int8_neon(uint64_t rounds, float *sink) {
    return has_dot_products() ? int8(rounds, sink) : 0;
}
#endif
