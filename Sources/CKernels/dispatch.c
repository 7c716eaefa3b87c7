#include "dispatch.h"

#if defined(__aarch64__) && defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif

#if defined(__x86_64__)
static int has_avx2(void) {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("f16c");
}

static int has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

static int has_vnni(void) {
    return has_avx512() && __builtin_cpu_supports("avx512vnni");
}

static int has_bf16(void) {
    return has_vnni() && __builtin_cpu_supports("avx512bf16");
}
#elif defined(__aarch64__)
static int has_dot_products(void) {
#if defined(__ARM_FEATURE_DOTPROD)
    return 1;
#elif defined(__linux__)
    return (getauxval(AT_HWCAP) & HWCAP_ASIMDDP) != 0;
#else
    return 0;
#endif
}
#endif

const ck_table *ck_table_for(ck_isa isa) {
    switch (isa) {
    case CK_GENERIC:
        return &ck_table_generic;
#if defined(__x86_64__)
    case CK_AVX2:
        return has_avx2() ? &ck_table_avx2 : 0;
    case CK_AVX512:
        return has_avx512() ? &ck_table_avx512 : 0;
    case CK_AVX512_VNNI:
        return has_vnni() ? &ck_table_avx512_vnni : 0;
    case CK_AVX512_BF16:
        return has_bf16() ? &ck_table_avx512_bf16 : 0;
#elif defined(__aarch64__)
    case CK_NEON:
        return &ck_table_neon;
    case CK_NEON_DOT:
        return has_dot_products() ? &ck_table_neon_dot : 0;
#endif
    default:
        return 0;
    }
}
