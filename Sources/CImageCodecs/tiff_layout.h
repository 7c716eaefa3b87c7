// How the samples of a TIFF's first page lie in the file.
#ifndef CIMAGE_TIFF_LAYOUT_H
#define CIMAGE_TIFF_LAYOUT_H

#include "message.h"

#include <tiffio.h>

// A row of the largest image, or a tile, in memory at once.
#define MAX_BLOCK_BYTES ((tmsize_t)64 << 20)

typedef struct {
    uint16_t bits, samples, photometric, planar, compression;
    int raster; // read through libtiff's own conversion to RGB (YCbCr that is not JPEG)
} tiff_layout;

/// Reads the first page's directory; nothing of its pixels.
int tiff_describe(TIFF *tiff, tiff_layout *layout, cimage_tiff_header_info *header, char *message);

/// The size of a row or tile, or 0 when it is out of all proportion or less than its pixels need.
tmsize_t tiff_block_bytes(TIFF *tiff, const tiff_layout *layout, cimage_header header);

/// Whether each colour lies by itself, in planes.
int tiff_is_separate(const tiff_layout *layout);

/// Rows that are decoded at a time: those of a strip or tile, at most the whole image.
uint32_t tiff_band_rows(TIFF *tiff, cimage_header header);

#endif
