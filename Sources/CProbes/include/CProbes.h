// Loops that show what a processor can do at most: multiply-adds on registers alone, and reads of memory that no cache
// holds. One loop on one thread; the caller starts the threads and reads the clock.
#ifndef CPROBES_H
#define CPROBES_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// What a loop multiplies. A dot product of two (bfloat16) or four (int8) counts as so many multiply-adds.
typedef enum {
    CP_FP32_AVX2 = 0,   // vfmadd231ps on 256 bits
    CP_FP32_AVX512 = 1, // vfmadd231ps on 512 bits
    CP_BF16_AVX512 = 2, // vdpbf16ps on 512 bits
    CP_INT8_AVX512 = 3, // vpdpbusd on 512 bits
    CP_INT8_AVX2 = 4,   // vpdpbusd on 256 bits
    CP_FP32_NEON = 5,   // fmla on 128 bits
    CP_INT8_NEON = 6,   // sdot on 128 bits
    CP_FP32_PLAIN = 7,  // what the compiler makes of plain C for any processor of this kind
    CP_LOOPS = 8,
} cp_loop;

/// The name of a loop, such as "fp32_avx512".
const char *cp_name(cp_loop loop);

/// Runs a loop for so many rounds and returns the operations done, a multiply-add being two of them; 0 where this
/// processor or build lacks the instruction. `sink` takes a value that depends on every round.
uint64_t cp_run(cp_loop loop, uint64_t rounds, float *sink);

/// The sum of `count` 64-bit words (a multiple of 64), read once from front to back.
uint64_t cp_read(const uint64_t *words, size_t count);

#ifdef __cplusplus
}
#endif

#endif
