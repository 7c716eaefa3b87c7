#ifndef CIMAGE_HEIF_INTERFACE_H
#define CIMAGE_HEIF_INTERFACE_H

#include <stddef.h>
#include <stdint.h>

// What is used of libheif's interface (version 1, which is stable), in words of our own, so that the program is built
// without its headers. Tests/ImagesTests/InterfaceTests.swift compares the two where the headers are installed.
typedef struct heif_context heif_context;
typedef struct heif_image_handle heif_image_handle;
typedef struct heif_image heif_image;
typedef struct {
    int code;
    int subcode;
    const char *message;
} heif_error;
enum {
    CIMAGE_HEIF_UNSUPPORTED_FILETYPE = 3,
    CIMAGE_HEIF_UNSUPPORTED_FEATURE = 4,
    CIMAGE_HEIF_COLORSPACE_RGB = 1,
    CIMAGE_HEIF_CHROMA_RGB = 10,
    CIMAGE_HEIF_CHROMA_RGBA = 11,
    CIMAGE_HEIF_CHROMA_RRGGBB_LE = 14,
    CIMAGE_HEIF_CHROMA_RRGGBBAA_LE = 15,
    CIMAGE_HEIF_CHANNEL_INTERLEAVED = 10,
};

typedef struct {
    const char *(*get_version)(void);
    heif_context *(*context_alloc)(void);
    void (*context_free)(heif_context *);
    void (*set_max_decoding_threads)(heif_context *, int);
    heif_error (*read)(heif_context *, const void *, size_t, const void *);
    heif_error (*get_primary)(heif_context *, heif_image_handle **);
    void (*handle_release)(const heif_image_handle *);
    int (*get_width)(const heif_image_handle *);
    int (*get_height)(const heif_image_handle *);
    int (*has_alpha)(const heif_image_handle *);
    int (*is_premultiplied)(const heif_image_handle *);
    int (*get_bits)(const heif_image_handle *);
    size_t (*get_profile_size)(const heif_image_handle *);
    heif_error (*get_profile)(const heif_image_handle *, void *);
    heif_error (*decode)(const heif_image_handle *, heif_image **, int, int, const void *);
    void (*image_release)(const heif_image *);
    int (*image_width)(const heif_image *, int);
    int (*image_height)(const heif_image *, int);
    int (*image_bits)(const heif_image *, int);
    const uint8_t *(*get_plane)(const heif_image *, int, int *);
} heif_library;

#endif
