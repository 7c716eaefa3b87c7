// Compares every kernel of every instruction set that this processor has with its slow twin: what the Swift tests do,
// for a processor that is only emulated. Prints a line for each instruction set; exits with 1 on a difference, or where
// the instruction sets are others than those that the arguments name.
#include "check.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

candidate candidates[16];

static char subject[200];

static struct {
    void *start;
    size_t bytes;
} mappings[256];
static size_t mapping_count;

static uint64_t random_state = 1;

void about(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(subject, sizeof subject, format, arguments);
    va_end(arguments);
}

void expect(candidate *c, int equal) {
    c->comparisons++;
    if (equal)
        return;
    c->differences++;
    printf("%s: %s differs\n", c->name, subject);
}

void expect_close(candidate *c, const float *actual, const float *expected, size_t n, float tolerance) {
    float magnitude = 1, worst = 0;
    for (size_t i = 0; i < n; i++)
        magnitude = fmaxf(magnitude, fabsf(expected[i]));
    for (size_t i = 0; i < n; i++) {
        float gap = fabsf(actual[i] - expected[i]) / magnitude;
        worst = gap <= worst ? worst : gap; // NaN stays
        if (isnan(worst))
            break;
    }
    expect(c, worst < tolerance);
    if (!(worst < tolerance))
        printf("  by %g, where %g is allowed\n", (double)worst, (double)tolerance);
}

void expect_same(candidate *c, const void *actual, const void *expected, size_t bytes) {
    expect(c, memcmp(actual, expected, bytes) == 0);
}

void *reserve(size_t bytes) {
    size_t page = (size_t)sysconf(_SC_PAGESIZE), whole = (bytes + page - 1) / page * page;
    char *start = mmap(0, whole + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED || mapping_count == sizeof mappings / sizeof *mappings ||
        mprotect(start + whole, page, PROT_NONE) != 0) {
        perror("no memory");
        exit(2);
    }
    mappings[mapping_count].start = start;
    mappings[mapping_count++].bytes = whole + page;
    return start + whole - bytes;
}

float *reserve_floats(size_t n) {
    return reserve(n * sizeof(float));
}

void release_all(void) {
    while (mapping_count > 0) {
        mapping_count--;
        munmap(mappings[mapping_count].start, mappings[mapping_count].bytes);
    }
}

// SplitMix64.
static uint64_t random_bits(void) {
    uint64_t z = random_state += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

float *random_floats(size_t n, float scale) {
    float *values = reserve_floats(n);
    for (size_t i = 0; i < n; i++)
        values[i] = scale * ((float)(random_bits() >> 40) / (1 << 23) - 1);
    return values;
}

size_t random_size(size_t first, size_t last) {
    return first + random_bits() % (last - first + 1);
}

static void find_candidates(void) {
    static const struct {
        ck_isa isa;
        const char *name;
    } known[] = {
        {CK_GENERIC, "generic"},        {CK_AVX2, "avx2"}, {CK_AVX512, "avx512"},    {CK_AVX512_VNNI, "avx512vnni"},
        {CK_AVX512_BF16, "avx512bf16"}, {CK_NEON, "neon"}, {CK_NEON_DOT, "neondot"},
    };
    candidate *next = candidates;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const ck_table *kernels = ck_table_for(known[i].isa);
        if (kernels)
            *next++ = (candidate){.name = known[i].name, .kernels = kernels};
    }
}

// Whether exactly those were found that must be, in this order; without names any may be.
static int are_found(int count, char **names) {
    int found = 0;
    while (candidates[found].name)
        found++;
    if (count == 0)
        return 1;
    int equal = count == found;
    for (int i = 0; equal && i < count; i++)
        equal = strcmp(names[i], candidates[i].name) == 0;
    if (!equal)
        printf("the processor has %d instruction sets, of which %d were found\n", count, found);
    return equal;
}

int main(int count, char **arguments) {
    size_t differences = 0;
    find_candidates();
    int equal = are_found(count - 1, arguments + 1);
    compare_products();
    compare_rows();
    for (candidate *c = candidates; c->name; c++) {
        printf("%-10s %5zu comparisons, %zu differences\n", c->name, c->comparisons, c->differences);
        differences += c->differences;
    }
    return differences > 0 || !equal;
}
