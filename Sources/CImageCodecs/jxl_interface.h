#ifndef CIMAGE_JXL_INTERFACE_H
#define CIMAGE_JXL_INTERFACE_H

#include <stddef.h>
#include <stdint.h>

// What is used of libjxl's interface, in words of our own, so that the program is built without its headers.
// Tests/ImagesTests/InterfaceTests.swift compares the two where the headers are installed.
typedef struct jxl_decoder jxl_decoder;
enum {
    CIMAGE_JXL_SUCCESS = 0,
    CIMAGE_JXL_NEED_MORE_INPUT = 2,
    CIMAGE_JXL_NEED_IMAGE_OUT_BUFFER = 5,
    CIMAGE_JXL_BASIC_INFO = 0x40,
    CIMAGE_JXL_COLOR_ENCODING = 0x100,
    CIMAGE_JXL_FULL_IMAGE = 0x1000,
    CIMAGE_JXL_TYPE_UINT8 = 2,
    CIMAGE_JXL_TARGET_DATA = 1,
    CIMAGE_JXL_WITHOUT_FORMAT = 9000, // the version (0.9.0) from which on a profile is asked for without a pixel format
};
typedef struct {
    uint32_t num_channels;
    int data_type;
    int endianness;
    size_t align;
} jxl_format;
typedef struct {
    int have_container;
    uint32_t xsize, ysize;
    uint32_t bits_per_sample, exponent_bits_per_sample;
    float intensity_target, min_nits;
    int relative_to_max_display;
    float linear_below;
    int uses_original_profile, have_preview, have_animation, orientation;
    uint32_t num_color_channels, num_extra_channels, alpha_bits, alpha_exponent_bits;
    int alpha_premultiplied;
    uint32_t preview[2], animation[4], intrinsic[2];
    uint8_t padding[100];
} jxl_info;

typedef struct {
    uint32_t (*version)(void);
    jxl_decoder *(*create)(const void *);
    void (*destroy)(jxl_decoder *);
    int (*subscribe)(jxl_decoder *, int);
    int (*keep_orientation)(jxl_decoder *, int);
    int (*set_input)(jxl_decoder *, const uint8_t *, size_t);
    void (*close_input)(jxl_decoder *);
    int (*process)(jxl_decoder *);
    int (*get_info)(const jxl_decoder *, jxl_info *);
    int (*buffer_size)(const jxl_decoder *, const jxl_format *, size_t *);
    int (*set_buffer)(jxl_decoder *, const jxl_format *, void *, size_t);
    void (*profile_size)(void); // of one of the two types below
    void (*profile)(void);
} jxl_library;

typedef int (*jxl_profile_size)(const jxl_decoder *, int, size_t *);
typedef int (*jxl_profile)(const jxl_decoder *, int, uint8_t *, size_t);
// Before version 0.9.0.
typedef int (*jxl_old_profile_size)(const jxl_decoder *, const jxl_format *, int, size_t *);
typedef int (*jxl_old_profile)(const jxl_decoder *, const jxl_format *, int, uint8_t *, size_t);

#endif
