// A TIFF read from memory, its messages kept from stderr.
#ifndef CIMAGE_TIFF_MEMORY_H
#define CIMAGE_TIFF_MEMORY_H

#include "message.h"

#include <tiffio.h>

typedef struct {
    const uint8_t *bytes;
    uint64_t size, position;
    const cimage_client *client; // asked with every read, when there is one
    uint64_t handed;             // bytes read so far
    int is_stopped;
    char *message;
} tiff_memory;

/// NULL when the file is no TIFF that libtiff can open; the last error's text is in `message`.
TIFF *tiff_memory_open(tiff_memory *memory);

/// Asks the client, when there is one. Once it has ended the decode nothing is read any more.
int tiff_memory_is_stopped(tiff_memory *memory);

#endif
