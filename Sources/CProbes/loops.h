// The loops of one file each; 0 where this build or processor lacks the instruction.
#ifndef CPROBES_LOOPS_H
#define CPROBES_LOOPS_H

#include <stdint.h>

uint64_t cp_fp32_plain(uint64_t rounds, float *sink);
uint64_t cp_fp32_avx2(uint64_t rounds, float *sink);
uint64_t cp_int8_avx2(uint64_t rounds, float *sink);
uint64_t cp_fp32_avx512(uint64_t rounds, float *sink);
uint64_t cp_bf16_avx512(uint64_t rounds, float *sink);
uint64_t cp_int8_avx512(uint64_t rounds, float *sink);
uint64_t cp_fp32_neon(uint64_t rounds, float *sink);
uint64_t cp_int8_neon(uint64_t rounds, float *sink);

// A loop of CHAINS chains of one instruction `text` on vectors of `type`, whose registers the constraint `kept` names: it
// keeps each sum in a register and the compiler from folding the loop. `count` values a vector, two operations each.
#define CP_LOOP(name, type, zero, one, other, text, kept, operand, lane, count)                                        \
    static uint64_t name(uint64_t rounds, float *sink) {                                                               \
        type sums[CHAINS], a = one, b = other;                                                                         \
        for (int chain = 0; chain < CHAINS; chain++)                                                                   \
            sums[chain] = zero;                                                                                        \
        for (uint64_t round = 0; round < rounds; round++) {                                                            \
            _Pragma("clang loop unroll(full)") for (int chain = 0; chain < CHAINS; chain++)                            \
                __asm__ volatile(text : kept(sums[chain]) : operand(a), operand(b));                                   \
        }                                                                                                              \
        for (int chain = 0; chain < CHAINS; chain++)                                                                   \
            *sink += (float)lane(sums[chain]);                                                                         \
        return rounds * CHAINS * (count) * 2;                                                                          \
    }

#endif
