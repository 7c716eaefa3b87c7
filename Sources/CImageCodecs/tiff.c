#include "tiff_memory.h"

#include <stdlib.h>
#include <string.h>

// A row of the largest picture, or a tile, in memory at once.
#define MAX_BLOCK_BYTES ((tmsize_t)64 << 20)
#define MAX_SAMPLES 8

/// How the samples of the first page lie in the file.
typedef struct {
    uint16_t bits, samples, photometric, planar, compression;
    int raster; // read through libtiff's own RGBA conversion (YCbCr that is not JPEG)
} tiff_layout;

static int is_supported_compression(uint16_t compression) {
    switch (compression) {
    case COMPRESSION_NONE:
    case COMPRESSION_CCITTRLE:
    case COMPRESSION_CCITTFAX3:
    case COMPRESSION_CCITTFAX4:
    case COMPRESSION_LZW:
    case COMPRESSION_JPEG:
    case COMPRESSION_ADOBE_DEFLATE:
    case COMPRESSION_DEFLATE:
    case COMPRESSION_PACKBITS:
        return 1;
    default:
        return 0;
    }
}

static int unsupported(const char *text, char *message) {
    return cimage_fail(CIMAGE_UNSUPPORTED, text, message);
}

static int read_layout(TIFF *tiff, tiff_layout *layout, char *message) {
    uint16_t format = SAMPLEFORMAT_UINT;
    TIFFGetFieldDefaulted(tiff, TIFFTAG_BITSPERSAMPLE, &layout->bits);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLESPERPIXEL, &layout->samples);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_PLANARCONFIG, &layout->planar);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_COMPRESSION, &layout->compression);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_SAMPLEFORMAT, &format);
    if (!TIFFGetField(tiff, TIFFTAG_PHOTOMETRIC, &layout->photometric)) {
        layout->photometric = layout->samples >= 3 ? PHOTOMETRIC_RGB : PHOTOMETRIC_MINISBLACK;
    }
    if (!is_supported_compression(layout->compression))
        return unsupported("its compression is not read here", message);
    if (format != SAMPLEFORMAT_UINT && format != SAMPLEFORMAT_VOID) {
        return unsupported("its samples are signed or floating-point numbers", message);
    }
    uint16_t bits = layout->bits;
    if (bits != 1 && bits != 2 && bits != 4 && bits != 8 && bits != 16) {
        return unsupported("its samples have neither 1, 2, 4, 8 nor 16 bits", message);
    }
    if (layout->samples < 1 || layout->samples > MAX_SAMPLES) {
        return unsupported("it has too many samples a pixel", message);
    }
    return CIMAGE_OK;
}

/// Decides colours and channels; `minimum` is what the colour model needs.
static int read_colors(TIFF *tiff, tiff_layout *layout, cimage_tiff_header_info *header, char *message) {
    int minimum = 1;
    layout->raster = 0;
    switch (layout->photometric) {
    case PHOTOMETRIC_MINISWHITE:
        header->colors = CIMAGE_TIFF_GRAY_INVERTED;
        break;
    case PHOTOMETRIC_MINISBLACK:
        header->colors = CIMAGE_TIFF_GRAY;
        break;
    case PHOTOMETRIC_PALETTE:
        header->colors = CIMAGE_TIFF_PALETTE;
        break;
    case PHOTOMETRIC_RGB:
        header->colors = CIMAGE_TIFF_RGB;
        minimum = 3;
        break;
    case PHOTOMETRIC_SEPARATED:
        header->colors = CIMAGE_TIFF_CMYK;
        minimum = 4;
        break;
    case PHOTOMETRIC_YCBCR:
        header->colors = CIMAGE_TIFF_RGB;
        minimum = 3;
        layout->raster = layout->compression != COMPRESSION_JPEG;
        if (!layout->raster)
            TIFFSetField(tiff, TIFFTAG_JPEGCOLORMODE, JPEGCOLORMODE_RGB);
        break;
    default:
        return unsupported("its colour model is not read here", message);
    }
    if (layout->samples < minimum)
        return cimage_fail(CIMAGE_DAMAGED, "it has too few samples a pixel", message);
    if (header->colors == CIMAGE_TIFF_PALETTE && layout->bits > 8) {
        return unsupported("its palette has more than 256 colours", message);
    }
    if (layout->photometric == PHOTOMETRIC_YCBCR && (layout->bits != 8 || layout->samples != 3)) {
        return unsupported("its YCbCr samples are not three of 8 bits", message);
    }
    header->size.channels = layout->raster ? 4 : (uint32_t)minimum;
    return CIMAGE_OK;
}

static void read_alpha(TIFF *tiff, const tiff_layout *layout, cimage_tiff_header_info *header) {
    uint16_t count = 0, *kinds = NULL;
    header->alpha = CIMAGE_ALPHA_NONE;
    if (layout->raster || header->size.channels == 4 || layout->samples <= header->size.channels)
        return;
    if (!TIFFGetField(tiff, TIFFTAG_EXTRASAMPLES, &count, &kinds) || count == 0 || kinds == NULL) {
        // RGB of four samples that says nothing of the fourth: alpha, as Pillow has it.
        if (header->colors == CIMAGE_TIFF_RGB && layout->samples == 4)
            header->alpha = CIMAGE_ALPHA_STRAIGHT;
    } else if (kinds[0] == EXTRASAMPLE_ASSOCALPHA) {
        header->alpha = CIMAGE_ALPHA_PREMULTIPLIED;
    } else if (kinds[0] == EXTRASAMPLE_UNASSALPHA) {
        header->alpha = CIMAGE_ALPHA_STRAIGHT;
    }
    if (header->alpha != CIMAGE_ALPHA_NONE)
        header->size.channels += 1;
}

static int read_palette(TIFF *tiff, const tiff_layout *layout, uint8_t *palette, char *message) {
    uint16_t *planes[3];
    if (!TIFFGetField(tiff, TIFFTAG_COLORMAP, &planes[0], &planes[1], &planes[2])) {
        return cimage_fail(CIMAGE_DAMAGED, "its palette is missing", message);
    }
    int count = 1 << layout->bits, wide = 0;
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < count; i++)
            wide |= planes[c][i] > 255;
    }
    // Some writers store 8-bit colours in the 16-bit table.
    for (int c = 0; c < 3; c++) {
        for (int i = 0; i < count; i++)
            palette[3 * i + c] = (uint8_t)(planes[c][i] >> (wide ? 8 : 0));
    }
    return CIMAGE_OK;
}

static int describe(TIFF *tiff, tiff_layout *layout, cimage_tiff_header_info *header, char *message) {
    memset(header, 0, sizeof *header);
    uint16_t orientation = ORIENTATION_TOPLEFT;
    if (!TIFFGetField(tiff, TIFFTAG_IMAGEWIDTH, &header->size.width) ||
        !TIFFGetField(tiff, TIFFTAG_IMAGELENGTH, &header->size.height)) {
        return cimage_fail(CIMAGE_DAMAGED, "its size is missing", message);
    }
    int status = read_layout(tiff, layout, message);
    if (status == CIMAGE_OK)
        status = read_colors(tiff, layout, header, message);
    if (status != CIMAGE_OK)
        return status;
    read_alpha(tiff, layout, header);
    TIFFGetFieldDefaulted(tiff, TIFFTAG_ORIENTATION, &orientation);
    header->orientation = orientation >= 1 && orientation <= 8 ? orientation : 1;
    return header->colors == CIMAGE_TIFF_PALETTE ? read_palette(tiff, layout, header->palette, message) : CIMAGE_OK;
}

/// Sample `index` of a row as 8 bits: the high byte of 16; narrower gray is widened, a palette index is not.
static uint8_t sample_at(const uint8_t *row, size_t index, const tiff_layout *layout) {
    if (layout->bits == 8)
        return row[index];
    if (layout->bits == 16) {
        uint16_t value;
        memcpy(&value, row + 2 * index, sizeof value);
        return (uint8_t)(value >> 8);
    }
    size_t bit = index * layout->bits;
    unsigned most = (1u << layout->bits) - 1;
    unsigned value = (row[bit >> 3] >> (8 - layout->bits - (bit & 7))) & most;
    return (uint8_t)(layout->photometric == PHOTOMETRIC_PALETTE ? value : value * 255 / most);
}

/// Where a run of decoded samples goes: `count` pixels of one row, either all channels or the one of a plane.
static void store_row(const uint8_t *row, size_t count, const tiff_layout *layout, uint32_t channels, int plane,
                      uint8_t *target) {
    if (plane >= 0) {
        for (size_t x = 0; x < count; x++)
            target[x * channels + (size_t)plane] = sample_at(row, x, layout);
        return;
    }
    if (layout->bits == 8 && layout->samples == channels) {
        memcpy(target, row, count * channels);
        return;
    }
    for (size_t x = 0; x < count; x++) {
        for (uint32_t c = 0; c < channels; c++) {
            target[x * channels + c] = sample_at(row, x * layout->samples + c, layout);
        }
    }
}

static int read_strips(TIFF *tiff, const tiff_layout *layout, cimage_header header, int plane, uint8_t *block,
                       uint8_t *pixels) {
    for (uint32_t y = 0; y < header.height; y++) {
        if (TIFFReadScanline(tiff, block, y, (uint16_t)(plane < 0 ? 0 : plane)) < 0)
            return 0;
        store_row(block, header.width, layout, header.channels, plane,
                  pixels + (size_t)y * header.width * header.channels);
    }
    return 1;
}

static int read_tiles(TIFF *tiff, const tiff_layout *layout, cimage_header header, int plane, uint8_t *block,
                      uint8_t *pixels) {
    uint32_t tile_width = 0, tile_height = 0;
    TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &tile_width);
    TIFFGetField(tiff, TIFFTAG_TILELENGTH, &tile_height);
    size_t row_bytes = (size_t)TIFFTileRowSize(tiff);
    if (tile_width == 0 || tile_height == 0 || row_bytes == 0)
        return 0;
    for (uint64_t top = 0; top < header.height; top += tile_height) {
        for (uint64_t left = 0; left < header.width; left += tile_width) {
            uint16_t sample = (uint16_t)(plane < 0 ? 0 : plane);
            if (TIFFReadTile(tiff, block, (uint32_t)left, (uint32_t)top, 0, sample) < 0)
                return 0;
            size_t columns = header.width - left < tile_width ? header.width - left : tile_width;
            size_t rows = header.height - top < tile_height ? header.height - top : tile_height;
            for (size_t y = 0; y < rows; y++) {
                store_row(block + y * row_bytes, columns, layout, header.channels, plane,
                          pixels + ((top + y) * header.width + left) * header.channels);
            }
        }
    }
    return 1;
}

/// The bytes that `count` pixels of a decoded row take at least.
static uint64_t needed_bytes(const tiff_layout *layout, uint32_t count) {
    uint64_t samples = layout->planar == PLANARCONFIG_SEPARATE ? 1 : layout->samples;
    return (count * samples * layout->bits + 7) / 8;
}

/// The size of a row or tile, or 0 when it is out of all proportion or less than its pixels need.
static tmsize_t block_bytes(TIFF *tiff, const tiff_layout *layout, cimage_header header) {
    tmsize_t size, row;
    uint32_t width = header.width;
    if (TIFFIsTiled(tiff)) {
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
        size = TIFFTileSize(tiff);
        row = TIFFTileRowSize(tiff);
    } else {
        size = row = TIFFScanlineSize(tiff);
    }
    if (size <= 0 || size > MAX_BLOCK_BYTES || row <= 0)
        return 0;
    return (uint64_t)row < needed_bytes(layout, width) ? 0 : size;
}

/// Whether the tiles together decode to no more than a few pictures: narrow pictures may be cut into wide tiles, and all
/// of them may share the same few bytes of the file.
static int tiles_in_proportion(TIFF *tiff, cimage_header header) {
    if (!TIFFIsTiled(tiff))
        return 1;
    tmsize_t size = TIFFTileSize(tiff);
    uint64_t most = (uint64_t)header.width * header.height * 4 * 8 + MAX_BLOCK_BYTES;
    return size > 0 && size <= MAX_BLOCK_BYTES && TIFFNumberOfTiles(tiff) <= most / (uint64_t)size;
}

static int read_samples(TIFF *tiff, const tiff_layout *layout, cimage_header header, uint8_t *pixels) {
    tmsize_t size = block_bytes(tiff, layout, header);
    uint8_t *block = size == 0 ? NULL : calloc(1, (size_t)size);
    if (block == NULL)
        return 0;
    int separate = layout->planar == PLANARCONFIG_SEPARATE && layout->samples > 1;
    int planes = separate ? (int)header.channels : 1, done = 1;
    for (int plane = 0; plane < planes && done; plane++) {
        int index = separate ? plane : -1;
        done = TIFFIsTiled(tiff) ? read_tiles(tiff, layout, header, index, block, pixels)
                                 : read_strips(tiff, layout, header, index, block, pixels);
    }
    free(block);
    return done;
}

static int read_raster(TIFF *tiff, cimage_header header, uint8_t *pixels) {
    TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT); // the caller turns the picture
    size_t count = (size_t)header.width * header.height;
    uint32_t *raster = malloc(count * sizeof *raster);
    if (raster == NULL)
        return 0;
    int done = TIFFReadRGBAImageOriented(tiff, header.width, header.height, raster, ORIENTATION_TOPLEFT, 1);
    for (size_t i = 0; done && i < count; i++) {
        pixels[4 * i] = (uint8_t)TIFFGetR(raster[i]);
        pixels[4 * i + 1] = (uint8_t)TIFFGetG(raster[i]);
        pixels[4 * i + 2] = (uint8_t)TIFFGetB(raster[i]);
        pixels[4 * i + 3] = 255;
    }
    free(raster);
    return done;
}

int cimage_tiff_header(const uint8_t *bytes, size_t size, cimage_tiff_header_info *header, char *message) {
    tiff_memory memory = {bytes, size, 0, message};
    tiff_layout layout;
    cimage_fail(CIMAGE_DAMAGED, "its directory is damaged", message);
    TIFF *tiff = tiff_memory_open(&memory);
    if (tiff == NULL)
        return CIMAGE_DAMAGED;
    int status = describe(tiff, &layout, header, message);
    TIFFClose(tiff);
    return status;
}

int cimage_tiff_decode(const uint8_t *bytes, size_t size, cimage_header header, uint8_t *pixels, char *message) {
    tiff_memory memory = {bytes, size, 0, message};
    tiff_layout layout;
    cimage_tiff_header_info found;
    cimage_fail(CIMAGE_DAMAGED, "its data is damaged", message);
    TIFF *tiff = tiff_memory_open(&memory);
    if (tiff == NULL)
        return CIMAGE_DAMAGED;
    int status = describe(tiff, &layout, &found, message);
    if (status == CIMAGE_OK && memcmp(&found.size, &header, sizeof header) != 0) {
        status = cimage_fail(CIMAGE_DAMAGED, "its size is not what its header said", message);
    }
    if (status == CIMAGE_OK && !tiles_in_proportion(tiff, header)) {
        status = cimage_fail(CIMAGE_DAMAGED, "its tiles are out of all proportion to its size", message);
    }
    if (status == CIMAGE_OK) {
        int done = layout.raster ? read_raster(tiff, header, pixels) : read_samples(tiff, &layout, header, pixels);
        if (!done)
            status = CIMAGE_DAMAGED;
    }
    TIFFClose(tiff);
    return status;
}
