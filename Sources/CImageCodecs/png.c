#include "message.h"

#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

#include <png.h>

// Ancillary chunks are skipped; what the decoder does keep (palette, transparency) is below this.
#define MAX_CHUNK_BYTES (1 << 20)
// What the decoder is fed at a time; it may inflate to a thousand times as much.
#define FEED_BYTES ((size_t)8 << 10)

typedef struct {
    png_structp codec;
    png_infop info;
    const uint8_t *bytes;
    size_t left;
    cimage_header size; // what the caller knows
    const cimage_client *client;
    uint8_t *canvas; // the whole image, where rows come in several passes
    int is_done, is_stopped;
    char *message;
} png_reader;

static void on_error(png_structp codec, png_const_charp text) {
    png_reader *reader = png_get_error_ptr(codec);
    snprintf(reader->message, CIMAGE_MESSAGE_SIZE, "%s", text);
    png_longjmp(codec, 1);
}

static void on_warning(png_structp codec, png_const_charp text) {
    (void)codec;
    (void)text;
}

static void read_bytes(png_structp codec, png_bytep target, size_t count) {
    png_reader *reader = png_get_io_ptr(codec);
    if (count > reader->left)
        png_error(codec, "the file ends before the picture does");
    memcpy(target, reader->bytes, count);
    reader->bytes += count;
    reader->left -= count;
}

static int reader_open(png_reader *reader) {
    reader->codec = png_create_read_struct(PNG_LIBPNG_VER_STRING, reader, on_error, on_warning);
    if (reader->codec == NULL)
        return 0;
    reader->info = png_create_info_struct(reader->codec);
    if (reader->info == NULL) {
        png_destroy_read_struct(&reader->codec, NULL, NULL);
        return 0;
    }
    png_set_user_limits(reader->codec, PNG_UINT_31_MAX, PNG_UINT_31_MAX); // the caller checks the size itself
    png_set_chunk_malloc_max(reader->codec, MAX_CHUNK_BYTES);
    // Also iCCP, zTXt, iTXt: bombs live there.
    png_set_keep_unknown_chunks(reader->codec, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    // Some writers state a smaller window than they use.
    png_set_option(reader->codec, PNG_MAXIMUM_INFLATE_WINDOW, PNG_OPTION_ON);
#ifdef PNG_IGNORE_ADLER32
    png_set_option(reader->codec, PNG_IGNORE_ADLER32, PNG_OPTION_ON); // it stands behind the last row
#endif
    png_set_crc_action(reader->codec, PNG_CRC_ERROR_QUIT, PNG_CRC_QUIET_USE);
    return 1;
}

static void reader_close(png_reader *reader) {
    png_destroy_read_struct(&reader->codec, &reader->info, NULL);
    free(reader->canvas);
}

/// Asks for 8-bit samples; how many of them a pixel has.
static uint32_t set_samples(png_structp codec, png_infop info) {
    int color = png_get_color_type(codec, info);
    if (color == PNG_COLOR_TYPE_PALETTE) {
        png_set_packing(codec);
        return 1;
    }
    png_set_expand(codec);
    png_set_strip_16(codec);
    int has_alpha = (color & PNG_COLOR_MASK_ALPHA) || png_get_valid(codec, info, PNG_INFO_tRNS) != 0;
    return (color & PNG_COLOR_MASK_COLOR ? 3 : 1) + (has_alpha ? 1 : 0);
}

/// A window, rows as stored and on their way, and all of an interlaced image.
static uint64_t memory_of(png_structp codec, png_infop info, cimage_header size) {
    uint64_t memory = (256 << 10) + (uint64_t)size.width * 8 * 4;
    if (png_get_interlace_type(codec, info) != PNG_INTERLACE_NONE)
        memory += (uint64_t)size.width * size.height * size.channels;
    return memory;
}

static void read_palette(png_structp codec, png_infop info, cimage_png_header_info *header) {
    png_colorp colors = NULL;
    png_bytep alphas = NULL;
    int count = 0, alpha_count = 0;
    header->has_palette = png_get_PLTE(codec, info, &colors, &count) != 0;
    png_get_tRNS(codec, info, &alphas, &alpha_count, NULL);
    for (int i = 0; i < 256; i++) {
        uint8_t *color = header->palette + 4 * i;
        if (i < count)
            memcpy(color, (uint8_t[]){colors[i].red, colors[i].green, colors[i].blue}, 3);
        color[3] = alphas != NULL && i < alpha_count ? alphas[i] : 255;
    }
}

static void read_header(png_reader *reader, cimage_png_header_info *header) {
    png_structp codec = reader->codec;
    png_set_read_fn(codec, reader, read_bytes);
    png_read_info(codec, reader->info);
    header->size.channels = set_samples(codec, reader->info);
    header->size.width = png_get_image_width(codec, reader->info);
    header->size.height = png_get_image_height(codec, reader->info);
    header->size.memory = memory_of(codec, reader->info, header->size);
    if (png_get_color_type(codec, reader->info) == PNG_COLOR_TYPE_PALETTE)
        read_palette(codec, reader->info, header);
}

static void stop(png_reader *reader) {
    reader->is_stopped = 1;
    png_longjmp(reader->codec, 1);
}

static void give_row(png_reader *reader, const uint8_t *row) {
    if (reader->client->row(reader->client->context, row))
        stop(reader);
}

/// Called when the first pixels come.
static void on_info(png_structp codec, png_infop info) {
    png_reader *reader = png_get_progressive_ptr(codec);
    cimage_header size = {png_get_image_width(codec, info), png_get_image_height(codec, info),
                          set_samples(codec, info), 0};
    size_t row_bytes = (size_t)size.width * size.channels;
    int passes = png_set_interlace_handling(codec);
    png_read_update_info(codec, info);
    if (!cimage_is_same(size, reader->size) || png_get_rowbytes(codec, info) != row_bytes)
        png_error(codec, "its size is not what its header said");
    if (passes > 1 && (reader->canvas = calloc(size.height, row_bytes)) == NULL)
        png_error(codec, "there is no memory for it");
}

static void on_row(png_structp codec, png_bytep row, png_uint_32 y, int pass) {
    png_reader *reader = png_get_progressive_ptr(codec);
    uint32_t last = reader->size.height - 1;
    size_t row_bytes = (size_t)reader->size.width * reader->size.channels;
    if (reader->canvas == NULL) {
        give_row(reader, row);
    } else if (row != NULL) {
        png_progressive_combine_row(codec, reader->canvas + y * row_bytes, row);
    }
    if (y < last || (reader->canvas != NULL && pass < 6))
        return;
    for (uint32_t i = 0; reader->canvas != NULL && i <= last; i++)
        give_row(reader, reader->canvas + i * row_bytes);
    // Whatever else the file holds, gigabytes perhaps of what follows the pixels, is left alone.
    reader->is_done = 1;
    png_longjmp(codec, 1);
}

static void feed(png_reader *reader) {
    // The checksums of what stands before the pixels were looked at with the header. (Fed piece by piece, libpng gets that
    // of a palette wrong behind a chunk whose own it need not know.) All pixels may be there though theirs is wrong.
    png_set_crc_action(reader->codec, PNG_CRC_QUIET_USE, PNG_CRC_QUIET_USE);
    png_set_progressive_read_fn(reader->codec, reader, on_info, on_row, NULL);
    uint64_t handed = 0;
    while (reader->left > 0) {
        size_t count = reader->left < FEED_BYTES ? reader->left : FEED_BYTES;
        if (reader->client->check(reader->client->context, handed += count))
            stop(reader);
        png_process_data(reader->codec, reader->info, (png_bytep)reader->bytes, count);
        reader->bytes += count;
        reader->left -= count;
    }
    png_error(reader->codec, "its data ends before the picture does");
}

/// Xcode's variant: no checksum, another order of colours, and a chunk of its own before all others.
static int is_cgbi(const uint8_t *bytes, size_t size) {
    return size >= 16 && memcmp(bytes + 12, "CgBI", 4) == 0;
}

int cimage_png_header(const uint8_t *bytes, size_t size, cimage_png_header_info *header, char *message) {
    png_reader reader = {.bytes = bytes, .left = size, .message = message};
    if (is_cgbi(bytes, size))
        return cimage_fail(CIMAGE_UNSUPPORTED, "it is a PNG in Apple's own variant (CgBI), as apps hold it", message);
    if (!reader_open(&reader))
        return cimage_fail(CIMAGE_DAMAGED, "there is no memory for it", message);
    if (setjmp(png_jmpbuf(reader.codec))) {
        reader_close(&reader);
        return CIMAGE_DAMAGED;
    }
    read_header(&reader, header);
    reader_close(&reader);
    return CIMAGE_OK;
}

int cimage_png_decode(const uint8_t *bytes, size_t size, cimage_header header, const cimage_client *client,
                      char *message) {
    png_reader reader = {.bytes = bytes, .left = size, .size = header, .client = client, .message = message};
    if (!reader_open(&reader))
        return cimage_fail(CIMAGE_DAMAGED, "there is no memory for it", message);
    if (setjmp(png_jmpbuf(reader.codec))) {
        int status = reader.is_done ? CIMAGE_OK : reader.is_stopped ? CIMAGE_STOPPED : CIMAGE_DAMAGED;
        reader_close(&reader);
        return status;
    }
    feed(&reader);
    reader_close(&reader);
    return CIMAGE_DAMAGED;
}
