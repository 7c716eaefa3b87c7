#include "tiff_layout.h"
#include "webp_tables.h"

#include <string.h>

#define MAX_SAMPLES 8
// libtiff lets libjpeg take no more for the coefficients of a strip.
#define MAX_JPEG_BYTES ((uint64_t)100 << 20)
// The window of the other compressions.
#define WINDOW_BYTES ((uint64_t)8 << 20)
// The longest window that libzstd takes, and its tables.
#define MAX_ZSTD_BYTES ((uint64_t)128 << 20)
#define ZSTD_TABLES_BYTES ((uint64_t)1 << 20)

static int unsupported(const char *text, char *message) {
    return cimage_fail(CIMAGE_UNSUPPORTED, text, message);
}

static int check_compression(const tiff_layout *layout, char *message) {
    switch (layout->compression) {
    case COMPRESSION_SGILOG:
    case COMPRESSION_SGILOG24:
        return unsupported("its compression (SGI LogLuv) is not read here", message);
    case COMPRESSION_LERC:
        return unsupported("its compression (LERC) is not read here", message);
    case COMPRESSION_JP2000:
        return unsupported("its compression (JPEG 2000) is not read here", message);
    case COMPRESSION_JBIG:
        return unsupported("its compression (JBIG) is not read here", message);
    case COMPRESSION_OJPEG:
    case COMPRESSION_JPEG:
        if (layout->bits != 8)
            return unsupported("its samples are JPEG data of other than 8 bits", message);
        break;
    default:
        break;
    }
    return TIFFIsCODECConfigured(layout->compression) ? CIMAGE_OK
                                                      : unsupported("its compression is not read here", message);
}

static int check_samples(const tiff_layout *layout, uint16_t format, char *message) {
    switch (format) {
    case SAMPLEFORMAT_UINT:
    case SAMPLEFORMAT_VOID:
        break;
    case SAMPLEFORMAT_IEEEFP:
        return unsupported("its samples are floating-point numbers", message);
    default:
        return unsupported("its samples are signed or complex numbers", message);
    }
    switch (layout->bits) {
    case 1:
    case 2:
    case 4:
    case 8:
    case 12:
    case 16:
    case 32:
        break;
    default:
        return unsupported("its samples have neither 1, 2, 4, 8, 12, 16 nor 32 bits", message);
    }
    if (layout->samples < 1 || layout->samples > MAX_SAMPLES)
        return unsupported("it has too many samples a pixel", message);
    return CIMAGE_OK;
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
    int status = check_compression(layout, message);
    return status == CIMAGE_OK ? check_samples(layout, format, message) : status;
}

static const char *foreign_colors(uint16_t photometric) {
    switch (photometric) {
    case PHOTOMETRIC_CIELAB:
    case PHOTOMETRIC_ICCLAB:
    case PHOTOMETRIC_ITULAB:
        return "its colours are LAB";
    case PHOTOMETRIC_LOGL:
    case PHOTOMETRIC_LOGLUV:
        return "its colours are LogLuv";
    case PHOTOMETRIC_CFA:
    case 34892: // linear raw of DNG
        return "it holds what a camera's sensor saw (raw)";
    case PHOTOMETRIC_MASK:
        return "it is a mask of another picture";
    default:
        return "its colour model is not known here";
    }
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
        return unsupported(foreign_colors(layout->photometric), message);
    }
    if (layout->samples < minimum)
        return cimage_fail(CIMAGE_DAMAGED, "it has too few samples a pixel", message);
    if (header->colors == CIMAGE_TIFF_PALETTE && layout->bits > 8)
        return unsupported("its palette has more than 256 colours", message);
    if (layout->photometric == PHOTOMETRIC_YCBCR && (layout->bits != 8 || layout->samples != 3))
        return unsupported("its YCbCr samples are not three of 8 bits", message);
    header->size.channels = (uint32_t)minimum;
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

int tiff_is_separate(const tiff_layout *layout) {
    return layout->planar == PLANARCONFIG_SEPARATE && layout->samples > 1 && !layout->raster;
}

uint32_t tiff_band_rows(TIFF *tiff, cimage_header header) {
    uint32_t rows = header.height;
    if (TIFFIsTiled(tiff)) {
        TIFFGetField(tiff, TIFFTAG_TILELENGTH, &rows);
    } else {
        TIFFGetFieldDefaulted(tiff, TIFFTAG_ROWSPERSTRIP, &rows);
    }
    return rows == 0 || rows > header.height ? header.height : rows;
}

/// Columns that are decoded at a time: those of the image, or of a tile that is wider.
static uint32_t band_width(TIFF *tiff, cimage_header header) {
    uint32_t width = 0;
    if (TIFFIsTiled(tiff))
        TIFFGetField(tiff, TIFFTAG_TILEWIDTH, &width);
    return width > header.width ? width : header.width;
}

/// What a compression remembers of a strip or tile of `stored` bytes. The window of LZMA and ZSTD is as long as the
/// encoder wished, but never filled beyond the strip.
static uint64_t window_of(uint16_t compression, uint64_t stored) {
    uint64_t window = WINDOW_BYTES;
    if (compression == COMPRESSION_LZMA)
        window = stored;
    if (compression == COMPRESSION_ZSTD)
        window = (stored < MAX_ZSTD_BYTES ? stored : MAX_ZSTD_BYTES) + ZSTD_TABLES_BYTES;
    return window > WINDOW_BYTES ? window : WINDOW_BYTES;
}

/// A strip as it is stored (which is as long as the file at most) and what its decoder remembers of it; the rows that
/// are made at a time; the tables of strips.
static uint64_t memory_of(TIFF *tiff, const tiff_layout *layout, cimage_header header, uint64_t file_size) {
    uint64_t area = (uint64_t)header.width * header.height;
    uint64_t band = (uint64_t)band_width(tiff, header) * tiff_band_rows(tiff, header);
    uint64_t stored = band * layout->samples * layout->bits / 8;
    uint64_t memory = ((uint64_t)4 << 20) + file_size + 64 * (uint64_t)header.width;
    memory += 64 * (uint64_t)(TIFFIsTiled(tiff) ? TIFFNumberOfTiles(tiff) : TIFFNumberOfStrips(tiff));
    if (layout->raster)
        memory += 4 * band + 2 * stored;
    if (tiff_is_separate(layout))
        memory += area * header.channels;
    else if (TIFFIsTiled(tiff))
        memory += band * header.channels;
    if (TIFFIsTiled(tiff)) {
        tmsize_t tile = TIFFTileSize(tiff);
        memory += tile > 0 && tile <= MAX_BLOCK_BYTES ? 2 * (uint64_t)tile : 0;
    }
    switch (layout->compression) {
    case COMPRESSION_JPEG:
    case COMPRESSION_OJPEG:
        return memory + (2 * stored < MAX_JPEG_BYTES ? 2 * stored : MAX_JPEG_BYTES);
    case COMPRESSION_WEBP: // twice four bytes a pixel
        memory += 8 * band + WINDOW_BYTES;
        return memory + webp_tables(band_width(tiff, header), tiff_band_rows(tiff, header), file_size, memory);
    default:
        return memory + window_of(layout->compression, stored);
    }
}

/// The bytes that `count` pixels of a decoded row take at least.
static uint64_t needed_bytes(const tiff_layout *layout, uint32_t count) {
    uint64_t samples = layout->planar == PLANARCONFIG_SEPARATE ? 1 : layout->samples;
    return (count * samples * layout->bits + 7) / 8;
}

tmsize_t tiff_block_bytes(TIFF *tiff, const tiff_layout *layout, cimage_header header) {
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

int tiff_describe(TIFF *tiff, tiff_layout *layout, cimage_tiff_header_info *header, char *message) {
    memset(header, 0, sizeof *header);
    uint16_t orientation = 0;
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
    header->orientation = TIFFGetField(tiff, TIFFTAG_ORIENTATION, &orientation) ? orientation : 0;
    header->size.memory = memory_of(tiff, layout, header->size, (uint64_t)TIFFGetSizeProc(tiff)(TIFFClientdata(tiff)));
    return header->colors == CIMAGE_TIFF_PALETTE ? read_palette(tiff, layout, header->palette, message) : CIMAGE_OK;
}
