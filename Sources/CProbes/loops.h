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

#endif
