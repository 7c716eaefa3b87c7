#include "message.h"

#include <setjmp.h>
#include <string.h>

#include <png.h>

// Ancillary chunks are skipped; what the decoder does keep (palette, transparency) is below this.
#define MAX_CHUNK_BYTES (1 << 20)

typedef struct {
    png_structp codec;
    png_infop info;
    const uint8_t *bytes;
    size_t left;
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
    return 1;
}

/// Reads up to the pixels and asks for 8-bit RGB or RGBA.
static void read_header(png_reader *reader, cimage_header *header) {
    png_structp codec = reader->codec;
    png_set_read_fn(codec, reader, read_bytes);
    png_set_user_limits(codec, PNG_UINT_31_MAX, PNG_UINT_31_MAX); // the caller checks the size itself
    png_set_chunk_malloc_max(codec, MAX_CHUNK_BYTES);
    png_set_keep_unknown_chunks(codec, PNG_HANDLE_CHUNK_NEVER, NULL, -1); // also iCCP, zTXt, iTXt: bombs live there
    png_read_info(codec, reader->info);

    int color = png_get_color_type(codec, reader->info);
    int has_key = png_get_valid(codec, reader->info, PNG_INFO_tRNS) != 0;
    png_set_expand(codec);
    png_set_strip_16(codec);
    if (!(color & PNG_COLOR_MASK_COLOR))
        png_set_gray_to_rgb(codec);
    header->width = png_get_image_width(codec, reader->info);
    header->height = png_get_image_height(codec, reader->info);
    header->channels = (color & PNG_COLOR_MASK_ALPHA) || has_key ? 4 : 3;
}

static void read_pixels(png_reader *reader, cimage_header header, uint8_t *pixels) {
    png_structp codec = reader->codec;
    size_t stride = (size_t)header.width * header.channels;
    int passes = png_set_interlace_handling(codec);
    png_read_update_info(codec, reader->info);
    if (png_get_rowbytes(codec, reader->info) != stride)
        png_error(codec, "a row has an unexpected length");
    for (int pass = 0; pass < passes; pass++) {
        for (uint32_t y = 0; y < header.height; y++)
            png_read_row(codec, pixels + y * stride, NULL);
    }
}

int cimage_png_header(const uint8_t *bytes, size_t size, cimage_header *header, char *message) {
    png_reader reader = {NULL, NULL, bytes, size, message};
    if (!reader_open(&reader))
        return cimage_fail(CIMAGE_DAMAGED, "there is no memory for it", message);
    if (setjmp(png_jmpbuf(reader.codec))) {
        png_destroy_read_struct(&reader.codec, &reader.info, NULL);
        return CIMAGE_DAMAGED;
    }
    read_header(&reader, header);
    png_destroy_read_struct(&reader.codec, &reader.info, NULL);
    return CIMAGE_OK;
}

int cimage_png_decode(const uint8_t *bytes, size_t size, cimage_header header, uint8_t *pixels, char *message) {
    png_reader reader = {NULL, NULL, bytes, size, message};
    if (!reader_open(&reader))
        return cimage_fail(CIMAGE_DAMAGED, "there is no memory for it", message);
    if (setjmp(png_jmpbuf(reader.codec))) {
        png_destroy_read_struct(&reader.codec, &reader.info, NULL);
        return CIMAGE_DAMAGED;
    }
    cimage_header found;
    read_header(&reader, &found);
    if (found.width != header.width || found.height != header.height || found.channels != header.channels) {
        png_error(reader.codec, "its size is not what its header said");
    }
    read_pixels(&reader, header, pixels);
    png_destroy_read_struct(&reader.codec, &reader.info, NULL);
    return CIMAGE_OK;
}
