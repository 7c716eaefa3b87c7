// Doors to the system's image codec libraries. No function prints, keeps state between calls, or jumps out of its own
// frame; the caller owns every buffer. `message` points to CIMAGE_MESSAGE_SIZE bytes; it receives a text (ended by NUL)
// whenever the result is not CIMAGE_OK. A header function reads no pixels. A decode function hands the rows to its
// client, each width * channels bytes, from top to bottom, and checks that the file still says what its header said.
// An image is whole when its last row is there: what follows in the file is not read.
#ifndef CIMAGECODECS_H
#define CIMAGECODECS_H

#include <stddef.h>
#include <stdint.h>

#include "CImageColor.h"

#define CIMAGE_MESSAGE_SIZE 256

// Writes the libraries' names and versions, ended by NUL.
void cimage_versions(char *text, size_t size);

enum {
    CIMAGE_OK = 0,
    CIMAGE_DAMAGED = 1,     // the file breaks its format's rules or ends early
    CIMAGE_UNSUPPORTED = 2, // a kind of the format that is not read here
    CIMAGE_STOPPED = 3,     // the client ended the decode
    CIMAGE_INVISIBLE = 4,   // no pixel of the image is opaque, and only_opaque was asked for; no row was given
};

typedef struct {
    uint32_t width, height; // as stored, before any orientation
    uint32_t channels;      // bytes a pixel in the decoded rows
    uint64_t memory;        // the most bytes that the decode function takes at a time
} cimage_header;

// Where the rows go, and who may end a decode. Nonzero from either function ends it: CIMAGE_STOPPED.
typedef struct {
    void *context;
    // Called between blocks of input and while no row comes, with the number of the file's bytes that the decoder has
    // been handed so far; what it was handed twice counts twice.
    int (*check)(void *context, uint64_t handed);
    // Takes the next row, which is gone when it returns.
    int (*row)(void *context, const uint8_t *row);
} cimage_client;

// JPEG: channels 1 is gray, 3 RGB, 4 CMYK as stored, which by Adobe's habit is inverted.
int cimage_jpeg_header(const uint8_t *bytes, size_t size, cimage_header *header, char *message);
int cimage_jpeg_decode(const uint8_t *bytes, size_t size, cimage_header header, const cimage_client *client,
                       char *message);

// Writes RGB pixels, [height, width, 3], as a baseline JPEG file; quality is libjpeg's, 1 to 100. Answers its bytes, 0
// where it is longer than `capacity`, or libjpeg could not.
size_t cimage_jpeg_encode(const uint8_t *rgb, uint32_t width, uint32_t height, int quality, uint8_t *target,
                          size_t capacity);

// PNG: channels 1 is gray or a palette's index, 2 gray and alpha, 3 RGB, 4 RGBA (alpha not multiplied in); 16-bit
// samples keep their high byte.
typedef struct {
    cimage_header size;
    int has_palette;
    uint8_t palette[256 * 4]; // RGBA
} cimage_png_header_info;
int cimage_png_header(const uint8_t *bytes, size_t size, cimage_png_header_info *header, char *message);
int cimage_png_decode(const uint8_t *bytes, size_t size, cimage_header header, const cimage_client *client,
                      char *message);

// Inflates a zlib or gzip stream into `target`; answers how many bytes it holds then, or -1 when the stream is damaged or gives
// more than `capacity`.
int64_t cimage_inflate(const uint8_t *bytes, size_t size, uint8_t *target, size_t capacity);

// WebP: one still image, a whole file or the payload of an animation frame; channels 3 is RGB, 4 is RGBA.
// The header of an animation gives its canvas; `animated` tells.
int cimage_webp_header(const uint8_t *bytes, size_t size, cimage_header *header, int *animated, char *message);
int cimage_webp_decode(const uint8_t *bytes, size_t size, cimage_header header, int only_opaque,
                       const cimage_client *client, char *message);

// GIF: the first of at most 16 frames that has an opaque pixel, on its logical screen, on white; channels 3.
int cimage_gif_header(const uint8_t *bytes, size_t size, cimage_header *header, char *message);
int cimage_gif_decode(const uint8_t *bytes, size_t size, cimage_header header, const cimage_client *client,
                      char *message);

// TIFF: the first page; 8-bit samples as stored (wider ones keep their high byte, gray below 8 bits is widened).
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
    int orientation; // the Orientation tag, 0 when absent
    uint8_t palette[256 * 3];
} cimage_tiff_header_info;
int cimage_tiff_header(const uint8_t *bytes, size_t size, cimage_tiff_header_info *header, char *message);
int cimage_tiff_decode(const uint8_t *bytes, size_t size, cimage_header header, const cimage_client *client,
                       char *message);

// HEIF (HEVC or AV1 inside) and JPEG XL, by libraries that are opened when they are needed: a program without them
// still runs. They cannot be stopped, and may crash or take any memory, so decoding belongs into a process of its own.
enum { CIMAGE_NO_LIBRARY = 5 }; // the library is not installed, or lacks a function
typedef struct {
    uint32_t width, height; // of HEIF as its container turns it, of JPEG XL as stored
    uint32_t channels;      // 1 gray, 2 gray and alpha, 3 RGB, 4 RGBA
    uint32_t premultiplied; // the colours are multiplied by alpha
    const uint8_t *profile; // ICC, gone when `begin` returns
    size_t profile_size;    // 0: there is none
} cimage_guest;
typedef struct {
    void *context;
    // Is told what comes, before the first row. Nonzero ends the decode: CIMAGE_STOPPED.
    int (*begin)(void *context, const cimage_guest *guest);
    // Takes the next row, 8 bits a sample, which is gone when it returns.
    int (*row)(void *context, const uint8_t *row);
} cimage_guest_client;

// Opens the library, so that it opens nothing later; its version goes into `message` when the result is CIMAGE_OK.
int cimage_heif_open(char *message);
int cimage_jxl_open(char *message);
// The primary image; its size must be the one that was read from the container. More than 8 bits keep their high byte.
int cimage_heif_decode(const uint8_t *bytes, size_t size, uint32_t width, uint32_t height,
                       const cimage_guest_client *client, char *message);
// The first frame; more than 8 bits are rounded to 8.
int cimage_jxl_decode(const uint8_t *bytes, size_t size, uint32_t width, uint32_t height,
                      const cimage_guest_client *client, char *message);

// The process that decodes them. Both answer whether all went well, and are called once, in this order.
// Ties the process to its parent, whose number is given, gives up rights and closes all descriptors but 0, 1 and 2.
int cimage_child_begin(int64_t parent);
// Bytes beside those that the process has now, and seconds of processor time: more ends it. It opens no file any more.
int cimage_child_confine(uint64_t memory, uint64_t seconds);

#endif
