#include "CImageColor.h"

#include "library.h"

#include <pthread.h>
#include <stdlib.h>

// What lcms2 declares of what is used here; it has kept this since its version 2.0 (the version's own function: 2.8).
typedef void *cms_context, *cms_profile, *cms_curve, *cms_handle;
typedef struct {
    double x, y, Y;
} cms_place;
typedef struct {
    cms_place red, green, blue;
} cms_primaries;

#define GRAY_8 (3u << 16 | 1u << 3 | 1u)
#define RGB_8 (4u << 16 | 3u << 3 | 1u)
#define CMYK_8 (6u << 16 | 4u << 3 | 1u)
#define RELATIVE_COLORIMETRIC 1
#define NO_CACHE 0x40 // or a transform would remember the pixel before, and belong to one thread

static struct lcms {
    int (*version)(void);
    cms_context (*create_context)(void *, void *);
    void (*delete_context)(cms_context);
    cms_profile (*open)(cms_context, const void *, uint32_t);
    cms_profile (*create_srgb)(cms_context);
    cms_profile (*create_rgb)(cms_context, const cms_place *, const cms_primaries *, cms_curve const[3]);
    int (*close)(cms_profile);
    cms_curve (*build_curve)(cms_context, int32_t, const double[]);
    void (*free_curve)(cms_curve);
    cms_handle (*create)(cms_context, cms_profile, uint32_t, cms_profile, uint32_t, uint32_t, uint32_t);
    void (*run)(cms_handle, const void *, void *, uint32_t);
    void (*delete)(cms_handle);
} lcms;

static const cimage_symbol symbols[] = {
    {"cmsGetEncodedCMMversion", offsetof(struct lcms, version)},
    {"cmsCreateContext", offsetof(struct lcms, create_context)},
    {"cmsDeleteContext", offsetof(struct lcms, delete_context)},
    {"cmsOpenProfileFromMemTHR", offsetof(struct lcms, open)},
    {"cmsCreate_sRGBProfileTHR", offsetof(struct lcms, create_srgb)},
    {"cmsCreateRGBProfileTHR", offsetof(struct lcms, create_rgb)},
    {"cmsCloseProfile", offsetof(struct lcms, close)},
    {"cmsBuildParametricToneCurve", offsetof(struct lcms, build_curve)},
    {"cmsFreeToneCurve", offsetof(struct lcms, free_curve)},
    {"cmsCreateTransformTHR", offsetof(struct lcms, create)},
    {"cmsDoTransform", offsetof(struct lcms, run)},
    {"cmsDeleteTransform", offsetof(struct lcms, delete)},
};

static int is_found;

static void find(void) {
    static const char *const files[] = {
        "liblcms2.so.2", "liblcms2.2.dylib", "/opt/homebrew/lib/liblcms2.2.dylib", NULL};
    is_found = cimage_library_open(files, symbols, sizeof symbols / sizeof *symbols, &lcms);
}

static int is_there(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, find);
    return is_found;
}

int cimage_color_version(void) {
    return is_there() ? lcms.version() : 0;
}

struct cimage_transform {
    cms_context context;
    cms_handle handle;
};

/// Takes the context, and the profile that was opened in it, for its own.
static cimage_transform *transform_from(cms_context context, cms_profile source, uint32_t format) {
    cimage_transform *transform = calloc(1, sizeof *transform);
    cms_profile srgb = lcms.create_srgb(context);
    if (transform != NULL && source != NULL && srgb != NULL)
        transform->handle = lcms.create(context, source, format, srgb, RGB_8, RELATIVE_COLORIMETRIC, NO_CACHE);
    if (source != NULL)
        lcms.close(source);
    if (srgb != NULL)
        lcms.close(srgb);
    if (transform != NULL && transform->handle != NULL) {
        transform->context = context;
        return transform;
    }
    free(transform);
    lcms.delete_context(context);
    return NULL;
}

cimage_transform *cimage_transform_profile(const uint8_t *profile, size_t size, int channels) {
    static const uint32_t formats[] = {0, GRAY_8, 0, RGB_8, CMYK_8};
    if (size > UINT32_MAX || channels < 1 || channels > 4 || formats[channels] == 0 || !is_there())
        return NULL;
    cms_context context = lcms.create_context(NULL, NULL);
    if (context == NULL)
        return NULL;
    return transform_from(context, lcms.open(context, profile, (uint32_t)size), formats[channels]);
}

cimage_transform *cimage_transform_primaries(const double places[8], const double curve[5]) {
    if (!is_there())
        return NULL;
    cms_context context = lcms.create_context(NULL, NULL);
    if (context == NULL)
        return NULL;
    cms_place white = {places[0], places[1], 1};
    cms_primaries primaries = {{places[2], places[3], 1}, {places[4], places[5], 1}, {places[6], places[7], 1}};
    cms_curve one = lcms.build_curve(context, 4, curve); // which ICC calls type 3
    cms_curve curves[3] = {one, one, one};
    cms_profile profile = one == NULL ? NULL : lcms.create_rgb(context, &white, &primaries, curves);
    if (one != NULL)
        lcms.free_curve(one);
    return transform_from(context, profile, RGB_8);
}

void cimage_transform_run(const cimage_transform *transform, const uint8_t *pixels, uint8_t *rgb, size_t count) {
    lcms.run(transform->handle, pixels, rgb, (uint32_t)count);
}

void cimage_transform_free(cimage_transform *transform) {
    lcms.delete(transform->handle);
    lcms.delete_context(transform->context);
    free(transform);
}
