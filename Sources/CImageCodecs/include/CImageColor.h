// A door to lcms2: from the colours of a profile to sRGB. The library is looked for when it is first wanted, so that a
// program on a machine without it runs, and leaves colours as they are.
#ifndef CIMAGECOLOR_H
#define CIMAGECOLOR_H

#include <stddef.h>
#include <stdint.h>

// The library's version, 2140 for 2.14; 0 where it is not there, or too old to say.
int cimage_color_version(void);

// The way from some colours to sRGB. It never changes, so any number of threads may take it at a time.
typedef struct cimage_transform cimage_transform;

// From an ICC profile, relative colorimetric; `channels` is 1 for gray, 3 for RGB, 4 for CMYK, where 255 is all of an
// ink. NULL without the library, or where it makes nothing of the profile.
cimage_transform *cimage_transform_profile(const uint8_t *profile, size_t size, int channels);

// The same from RGB that is told by numbers: x and y of white, red, green and blue, and the curve's parameters as ICC
// counts them for type 3, from the value to the light: (a*v + b)^g from d on, c*v below; g, a, b, c, d.
cimage_transform *cimage_transform_primaries(const double places[8], const double curve[5]);

// `count` pixels of [count, channels] -> [count, 3].
void cimage_transform_run(const cimage_transform *transform, const uint8_t *pixels, uint8_t *rgb, size_t count);

void cimage_transform_free(cimage_transform *transform);

#endif
