#include "tiff_layout.h"
#include "tiff_memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct {
    TIFF *tiff;
    tiff_memory *memory;
    const cimage_client *client;
    tiff_layout layout;
    cimage_header size;
    uint8_t *block; // a row or tile as libtiff gives it
    uint8_t *rows;  // rows as the client takes them: one, a band of tiles, or all of them where planes are put together
} tiff_reader;

/// Sample `index` of a row as 8 bits: the high byte of more; narrower gray is widened, a palette index is not.
static uint8_t sample_at(const uint8_t *row, size_t index, const tiff_layout *layout) {
    switch (layout->bits) {
    case 8:
        return row[index];
    case 12: {
        const uint8_t *start = row + index / 2 * 3;
        return index % 2 == 0 ? start[0] : (uint8_t)(start[1] << 4 | start[2] >> 4);
    }
    case 16: {
        uint16_t value;
        memcpy(&value, row + 2 * index, sizeof value);
        return (uint8_t)(value >> 8);
    }
    case 32: {
        uint32_t value;
        memcpy(&value, row + 4 * index, sizeof value);
        return (uint8_t)(value >> 24);
    }
    default: {
        size_t bit = index * layout->bits;
        unsigned most = (1u << layout->bits) - 1;
        unsigned value = (row[bit >> 3] >> (8 - layout->bits - (bit & 7))) & most;
        return (uint8_t)(layout->photometric == PHOTOMETRIC_PALETTE ? value : value * 255 / most);
    }
    }
}

/// Where a run of decoded samples goes: `count` pixels of one row, either all channels or the one of a plane.
static void store_row(const tiff_reader *reader, const uint8_t *row, size_t count, int plane, uint8_t *target) {
    const tiff_layout *layout = &reader->layout;
    uint32_t channels = reader->size.channels;
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

static int give_rows(const tiff_reader *reader, const uint8_t *rows, size_t count) {
    size_t row_bytes = (size_t)reader->size.width * reader->size.channels;
    for (size_t y = 0; y < count; y++) {
        if (reader->client->row(reader->client->context, rows + y * row_bytes)) {
            reader->memory->is_stopped = 1;
            return 0;
        }
    }
    return 1;
}

/// The strips of all colours together (plane -1), a row at a time; or of one plane, into its places in all rows.
static int read_strips(tiff_reader *reader, int plane) {
    size_t row_bytes = (size_t)reader->size.width * reader->size.channels;
    for (uint32_t y = 0; y < reader->size.height; y++) {
        if (TIFFReadScanline(reader->tiff, reader->block, y, (uint16_t)(plane < 0 ? 0 : plane)) < 0)
            return 0;
        uint8_t *row = reader->rows + (plane < 0 ? 0 : y * row_bytes);
        store_row(reader, reader->block, reader->size.width, plane, row);
        if (plane < 0 ? !give_rows(reader, row, 1) : y % 64 == 0 && tiff_memory_is_stopped(reader->memory))
            return 0;
    }
    return 1;
}

/// Tiles, a band of them at a time; as for strips.
static int read_tiles(tiff_reader *reader, int plane) {
    cimage_header size = reader->size;
    size_t row_bytes = (size_t)size.width * size.channels, tile_row = (size_t)TIFFTileRowSize(reader->tiff);
    uint32_t tile_width = 0, tile_height = 0;
    TIFFGetField(reader->tiff, TIFFTAG_TILEWIDTH, &tile_width);
    TIFFGetField(reader->tiff, TIFFTAG_TILELENGTH, &tile_height);
    if (tile_width == 0 || tile_height == 0 || tile_row == 0)
        return 0;
    for (uint64_t top = 0; top < size.height; top += tile_height) {
        size_t rows = size.height - top < tile_height ? size.height - top : tile_height;
        uint8_t *band = reader->rows + (plane < 0 ? 0 : top * row_bytes);
        for (uint64_t left = 0; left < size.width; left += tile_width) {
            if (tiff_memory_is_stopped(reader->memory) ||
                TIFFReadTile(reader->tiff, reader->block, (uint32_t)left, (uint32_t)top, 0,
                             (uint16_t)(plane < 0 ? 0 : plane)) < 0) {
                return 0;
            }
            size_t columns = size.width - left < tile_width ? size.width - left : tile_width;
            uint8_t *corner = band + left * size.channels;
            for (size_t y = 0; y < rows; y++)
                store_row(reader, reader->block + y * tile_row, columns, plane, corner + y * row_bytes);
        }
        if (plane < 0 && !give_rows(reader, band, rows))
            return 0;
    }
    return 1;
}

/// Whether the tiles together decode to no more than a few images: narrow images may be cut into wide tiles, and
/// all of them may share the same few bytes of the file.
static int tiles_in_proportion(TIFF *tiff, cimage_header header) {
    if (!TIFFIsTiled(tiff))
        return 1;
    tmsize_t size = TIFFTileSize(tiff);
    uint64_t most = (uint64_t)header.width * header.height * 4 * 8 + MAX_BLOCK_BYTES;
    return size > 0 && size <= MAX_BLOCK_BYTES && TIFFNumberOfTiles(tiff) <= most / (uint64_t)size;
}

static int read_samples(tiff_reader *reader) {
    int separate = tiff_is_separate(&reader->layout), done = 1;
    size_t rows = separate                    ? reader->size.height
                  : TIFFIsTiled(reader->tiff) ? tiff_band_rows(reader->tiff, reader->size)
                                              : 1;
    tmsize_t block_bytes = tiff_block_bytes(reader->tiff, &reader->layout, reader->size);
    reader->block = block_bytes == 0 ? NULL : calloc(1, (size_t)block_bytes);
    reader->rows = calloc(rows, (size_t)reader->size.width * reader->size.channels);
    if (reader->block == NULL || reader->rows == NULL)
        return 0;
    for (int plane = 0; plane < (separate ? (int)reader->size.channels : 1) && done; plane++) {
        int index = separate ? plane : -1;
        done = TIFFIsTiled(reader->tiff) ? read_tiles(reader, index) : read_strips(reader, index);
    }
    return done && (!separate || give_rows(reader, reader->rows, rows));
}

/// A band of strips or tiles at a time, through libtiff's own conversion.
static int read_bands(tiff_reader *reader, TIFFRGBAImage *image, uint32_t *raster) {
    uint32_t width = reader->size.width, height = reader->size.height;
    uint32_t band = tiff_band_rows(reader->tiff, reader->size);
    for (uint32_t top = 0; top < height; top += band) {
        uint32_t rows = height - top < band ? height - top : band;
        image->row_offset = (int)top;
        image->col_offset = 0;
        if (tiff_memory_is_stopped(reader->memory) || !TIFFRGBAImageGet(image, raster, width, rows))
            return 0;
        for (uint32_t y = 0; y < rows; y++) {
            const uint32_t *pixels = raster + (size_t)y * width;
            for (size_t x = 0; x < width; x++) {
                reader->rows[3 * x] = (uint8_t)TIFFGetR(pixels[x]);
                reader->rows[3 * x + 1] = (uint8_t)TIFFGetG(pixels[x]);
                reader->rows[3 * x + 2] = (uint8_t)TIFFGetB(pixels[x]);
            }
            if (!give_rows(reader, reader->rows, 1))
                return 0;
        }
        if (rows < band)
            break;
    }
    return 1;
}

static int read_raster(tiff_reader *reader) {
    TIFFRGBAImage image;
    char text[1024]; // as long as libtiff wants it
    TIFFSetField(reader->tiff, TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT); // the caller turns the image
    size_t count = (size_t)reader->size.width * tiff_band_rows(reader->tiff, reader->size);
    uint32_t *raster = malloc(count * sizeof *raster);
    reader->rows = malloc(3 * (size_t)reader->size.width);
    int done = 0;
    if (raster != NULL && reader->rows != NULL && TIFFRGBAImageOK(reader->tiff, text) &&
        TIFFRGBAImageBegin(&image, reader->tiff, 1, text)) {
        image.req_orientation = ORIENTATION_TOPLEFT;
        done = read_bands(reader, &image, raster);
        TIFFRGBAImageEnd(&image);
    }
    free(raster);
    return done;
}

int cimage_tiff_header(const uint8_t *bytes, size_t size, cimage_tiff_header_info *header, char *message) {
    tiff_memory memory = {.bytes = bytes, .size = size, .message = message};
    tiff_layout layout;
    cimage_fail(CIMAGE_DAMAGED, "its directory is damaged", message);
    TIFF *tiff = tiff_memory_open(&memory);
    if (tiff == NULL)
        return CIMAGE_DAMAGED;
    int status = tiff_describe(tiff, &layout, header, message);
    TIFFClose(tiff);
    return status;
}

int cimage_tiff_decode(const uint8_t *bytes, size_t size, cimage_header header, const cimage_client *client,
                       char *message) {
    tiff_memory memory = {.bytes = bytes, .size = size, .client = client, .message = message};
    tiff_reader reader = {.memory = &memory, .client = client, .size = header};
    cimage_tiff_header_info found;
    cimage_fail(CIMAGE_DAMAGED, "its data is damaged", message);
    reader.tiff = tiff_memory_open(&memory);
    if (reader.tiff == NULL)
        return memory.is_stopped ? CIMAGE_STOPPED : CIMAGE_DAMAGED;
    int status = tiff_describe(reader.tiff, &reader.layout, &found, message);
    if (status == CIMAGE_OK && !cimage_is_same(found.size, header))
        status = cimage_fail(CIMAGE_DAMAGED, "its size is not what its header said", message);
    if (status == CIMAGE_OK && !tiles_in_proportion(reader.tiff, header))
        status = cimage_fail(CIMAGE_DAMAGED, "its tiles are out of all proportion to its size", message);
    if (status == CIMAGE_OK && !(reader.layout.raster ? read_raster(&reader) : read_samples(&reader)))
        status = CIMAGE_DAMAGED;
    free(reader.block);
    free(reader.rows);
    TIFFClose(reader.tiff);
    return status != CIMAGE_OK && memory.is_stopped ? CIMAGE_STOPPED : status;
}
