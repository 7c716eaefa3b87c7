// The tables that dispatch.c chooses from.
#ifndef CK_DISPATCH_H
#define CK_DISPATCH_H

#include "CKernels.h"

extern const ck_table ck_table_generic;
#if defined(__x86_64__)
extern const ck_table ck_table_avx2;
extern const ck_table ck_table_avx512;
extern const ck_table ck_table_avx512_vnni;
extern const ck_table ck_table_avx512_bf16;
#elif defined(__aarch64__)
extern const ck_table ck_table_neon;
extern const ck_table ck_table_neon_dot;
#endif

#endif
