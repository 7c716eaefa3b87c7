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

#define FIRST_FLOAT(v) vgetq_lane_f32(v, 0)
#define FIRST_INT(v) vgetq_lane_s32(vreinterpretq_s32_s8(v), 0)

CP_LOOP(fp32, float32x4_t, vdupq_n_f32(0), vdupq_n_f32(0.5f), vdupq_n_f32(0.25f), "fmla %0.4s, %1.4s, %2.4s", "+w", "w",
        FIRST_FLOAT, 4)

uint64_t cp_fp32_neon(uint64_t rounds, float *sink) {
    return fp32(rounds, sink);
}

__attribute__((target("dotprod"))) CP_LOOP(int8, int8x16_t, vdupq_n_s8(0), vdupq_n_s8(3), vdupq_n_s8(-1),
                                           "sdot %0.4s, %1.16b, %2.16b", "+w", "w", FIRST_INT, 16)

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
