// Doors to the system's image codec libraries. No function prints, keeps state between calls, or jumps out of its own
// frame; the caller owns every buffer. `message` points to CIMAGE_MESSAGE_SIZE bytes; it receives a text (ended by NUL)
// whenever the result is not CIMAGE_OK. A header function reads no pixels. A decode function writes exactly
// width * height * channels bytes, rows from top to bottom without gaps, and checks that the file still says so.
#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

#define CIMAGE_MESSAGE_SIZE 256

enum {
    CIMAGE_OK = 0,
    CIMAGE_DAMAGED = 1,     // the file breaks its format's rules or ends early
    CIMAGE_UNSUPPORTED = 2, // a kind of the format that is not read here
};

typedef struct {
    uint32_t width, height; // as stored, before any orientation
    uint32_t channels;      // bytes a pixel in the decoded picture
} cimage_header;

// JPEG: channels 3 is RGB (gray is spread), 4 is CMYK as stored, which by Adobe's habit is inverted.
int cimage_jpeg_header(const uint8_t *bytes, size_t size, cimage_header *header, char *message);
int cimage_jpeg_decode(const uint8_t *bytes, size_t size, cimage_header header, uint8_t *pixels, char *message);

// PNG: channels 3 is RGB, 4 is RGBA (alpha not multiplied in); 16-bit samples keep their high byte.
int cimage_png_header(const uint8_t *bytes, size_t size, cimage_header *header, char *message);
int cimage_png_decode(const uint8_t *bytes, size_t size, cimage_header header, uint8_t *pixels, char *message);

// WebP: one still picture, a whole file or the payload of an animation frame; channels 3 is RGB, 4 is RGBA.
// The header of an animation gives its canvas; `animated` tells.
int cimage_webp_header(const uint8_t *bytes, size_t size, cimage_header *header, int *animated, char *message);
int cimage_webp_decode(const uint8_t *bytes, size_t size, cimage_header header, uint8_t *pixels, char *message);

// GIF: the first frame on its logical screen, one palette index a pixel (channels 1).
typedef struct {
    uint8_t colors[256 * 3]; // RGB; a gray ramp when the file has no palette
    int transparent;         // the index that is transparent, or -1
} cimage_gif_palette;
int cimage_gif_header(const uint8_t *bytes, size_t size, cimage_header *header, char *message);
int cimage_gif_decode(const uint8_t *bytes, size_t size, cimage_header header, uint8_t *pixels,
                      cimage_gif_palette *palette, char *message);

// TIFF: the first page; 8-bit samples as stored (16-bit ones keep their high byte, gray below 8 bits is widened).
enum {
    CIMAGE_TIFF_GRAY,
    CIMAGE_TIFF_GRAY_INVERTED, // 0 is white
    CIMAGE_TIFF_PALETTE,
    CIMAGE_TIFF_RGB,
    CIMAGE_TIFF_CMYK,
};
enum {
    CIMAGE_ALPHA_NONE,
    CIMAGE_ALPHA_STRAIGHT,
    CIMAGE_ALPHA_PREMULTIPLIED,
};
typedef struct {
    cimage_header size;
    int colors;      // CIMAGE_TIFF_*
    int alpha;       // CIMAGE_ALPHA_*; the last channel when there is one
    int orientation; // the Orientation tag, 1 when absent
    uint8_t palette[256 * 3];
} cimage_tiff_header_info;
int cimage_tiff_header(const uint8_t *bytes, size_t size, cimage_tiff_header_info *header, char *message);
int cimage_tiff_decode(const uint8_t *bytes, size_t size, cimage_header header, uint8_t *pixels, char *message);

#endif
