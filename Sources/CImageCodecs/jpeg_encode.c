#include "CImageCodecs.h"

#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>

#include <jpeglib.h>

typedef struct {
    struct jpeg_compress_struct codec;
    struct jpeg_error_mgr errors;
    jmp_buf escape;
    unsigned char *bytes; // the caller's, until there is no room in them
    unsigned long size;
} jpeg_writer;

static void on_error(j_common_ptr codec) {
    longjmp(((jpeg_writer *)codec->client_data)->escape, 1);
}

static void on_message(j_common_ptr codec) {
    (void)codec;
}

static void write_image(jpeg_writer *writer, const uint8_t *rgb, uint32_t width, uint32_t height, int quality) {
    writer->codec.client_data = writer;
    jpeg_create_compress(&writer->codec);
    jpeg_mem_dest(&writer->codec, &writer->bytes, &writer->size);
    writer->codec.image_width = width;
    writer->codec.image_height = height;
    writer->codec.input_components = 3;
    writer->codec.in_color_space = JCS_RGB;
    jpeg_set_defaults(&writer->codec);
    jpeg_set_quality(&writer->codec, quality, TRUE);
    writer->codec.optimize_coding = TRUE;
    jpeg_start_compress(&writer->codec, TRUE);
    while (writer->codec.next_scanline < height) {
        JSAMPROW row = (JSAMPROW)(rgb + (size_t)writer->codec.next_scanline * width * 3);
        jpeg_write_scanlines(&writer->codec, &row, 1);
    }
    jpeg_finish_compress(&writer->codec);
}

size_t cimage_jpeg_encode(const uint8_t *rgb, uint32_t width, uint32_t height, int quality, uint8_t *target,
                          size_t capacity) {
    jpeg_writer writer = {.bytes = target, .size = capacity};
    writer.codec.err = jpeg_std_error(&writer.errors);
    writer.errors.error_exit = on_error;
    writer.errors.output_message = on_message;
    size_t size = 0;
    if (!setjmp(writer.escape)) {
        write_image(&writer, rgb, width, height, quality);
        size = writer.bytes == target ? (size_t)writer.size : 0;
    }
    jpeg_destroy_compress(&writer.codec);
    if (writer.bytes != target)
        free(writer.bytes);
    return size;
}
