#include "dispatch.h"

#if defined(__x86_64__)
static int has_avx2(void) {
    return __builtin_cpu_supports("avx2");
}

// Ice Lake and Zen 4 on; what is older has AVX2.
static int has_avx512(void) {
    return has_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vbmi") && __builtin_cpu_supports("avx512vnni");
}
#endif

const cpx_table *cpx_table_for(cpx_isa isa) {
#if defined(__x86_64__)
    if (isa == CPX_AVX512 && has_avx512())
        return &cpx_table_avx512;
    if (isa == CPX_AVX2 && has_avx2())
        return &cpx_table_avx2;
#endif
    (void)isa;
    return &cpx_table_generic;
}
