#ifndef CIMAGE_LIBRARY_H
#define CIMAGE_LIBRARY_H

#include <stddef.h>

/// Where the address of a library's function goes in a table of function pointers.
typedef struct {
    const char *name;
    size_t offset;
} cimage_symbol;

/// Opens the first of `files` (ended by NULL) that is there and fills `table`; whether all functions were found.
int cimage_library_open(const char *const *files, const cimage_symbol *symbols, size_t count, void *table);

#endif
