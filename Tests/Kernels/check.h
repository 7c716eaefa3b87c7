// What the comparisons share: the instruction sets that are compared, numbers, memory and a count of differences.
#ifndef CHECK_H
#define CHECK_H

#include "CKernels.h"

typedef struct {
    const char *name;
    const ck_table *kernels;
    size_t comparisons, differences;
} candidate;

/// The instruction sets of this processor, after them a NULL name.
extern candidate candidates[];

/// Says, as printf does, what the next comparisons are about.
__attribute__((format(printf, 1, 2))) void about(const char *format, ...);

/// Counts a comparison; says what differs unless `equal`.
void expect(candidate *c, int equal);

/// Compares relative to the largest expected magnitude, or to 1 where that is smaller.
void expect_close(candidate *c, const float *actual, const float *expected, size_t n, float tolerance);

void expect_same(candidate *c, const void *actual, const void *expected, size_t bytes);

/// Memory until the end of the case; what lies behind its last byte can neither be read nor written.
void *reserve(size_t bytes);
float *reserve_floats(size_t n);
void release_all(void);

/// Values in -scale ..< scale, always the same ones.
float *random_floats(size_t n, float scale);
/// In first...last.
size_t random_size(size_t first, size_t last);

/// Products and the packing of their weights.
void compare_products(void);
/// Everything else.
void compare_rows(void);

#endif
