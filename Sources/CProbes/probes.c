#include "CProbes.h"
#include "loops.h"

const char *cp_name(cp_loop loop) {
    switch (loop) {
    case CP_FP32_AVX2:
        return "fp32_avx2";
    case CP_FP32_AVX512:
        return "fp32_avx512";
    case CP_BF16_AVX512:
        return "bf16_avx512";
    case CP_INT8_AVX512:
        return "int8_avx512";
    case CP_INT8_AVX2:
        return "int8_avx2";
    case CP_FP32_NEON:
        return "fp32_neon";
    case CP_INT8_NEON:
        return "int8_neon";
    case CP_FP32_PLAIN:
        return "fp32_plain";
    default:
        return "unknown";
    }
}

uint64_t cp_run(cp_loop loop, uint64_t rounds, float *sink) {
    switch (loop) {
    case CP_FP32_PLAIN:
        return cp_fp32_plain(rounds, sink);
#if defined(__x86_64__)
    case CP_FP32_AVX2:
        return cp_fp32_avx2(rounds, sink);
    case CP_INT8_AVX2:
        return cp_int8_avx2(rounds, sink);
    case CP_FP32_AVX512:
        return cp_fp32_avx512(rounds, sink);
    case CP_BF16_AVX512:
        return cp_bf16_avx512(rounds, sink);
    case CP_INT8_AVX512:
        return cp_int8_avx512(rounds, sink);
#elif defined(__aarch64__)
    case CP_FP32_NEON:
        return cp_fp32_neon(rounds, sink);
    case CP_INT8_NEON:
        return cp_int8_neon(rounds, sink);
#endif
    default:
        return 0;
    }
}

// Vectors of the compiler's own: two operations an element, whatever instructions they become.
typedef float floats __attribute__((vector_size(16)));

uint64_t cp_fp32_plain(uint64_t rounds, float *sink) {
    enum { CHAINS = 8, LANES = 4 };
    floats sums[CHAINS] = {0};
    const floats factor = {0.5f, 0.5f, 0.5f, 0.5f};
    for (uint64_t round = 0; round < rounds; round++) {
        for (int chain = 0; chain < CHAINS; chain++) {
            sums[chain] = sums[chain] * factor + factor;
        }
        __asm__ volatile("" ::: "memory");
    }
    for (int chain = 0; chain < CHAINS; chain++) {
        *sink += sums[chain][0];
    }
    return rounds * CHAINS * LANES * 2;
}

// Eight streams of vectors keep enough lines on their way; two accumulate each so that adding is never what waits.
typedef uint64_t words __attribute__((vector_size(64), aligned(8)));

uint64_t cp_read(const uint64_t *memory, size_t count) {
    enum { AHEAD = 1024 }; // words: 8 KB
    const words *line = (const words *)memory;
    words sums[8] = {0};
    for (size_t index = 0; index + 8 <= count / 8; index += 8) {
        for (int part = 0; part < 8; part++) {
            __builtin_prefetch(memory + (index + part) * 8 + AHEAD, 0, 0);
            sums[part] += line[index + part];
        }
    }
    uint64_t sum = 0;
    for (int part = 0; part < 8; part++) {
        for (int lane = 0; lane < 8; lane++) {
            sum += sums[part][lane];
        }
    }
    return sum;
}
