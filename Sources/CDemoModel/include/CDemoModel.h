#ifndef CDEMOMODEL_H
#define CDEMOMODEL_H

#include <stddef.h>

// The demo model and one example image, compiled into the program from Models/demo.

typedef struct {
    const char *name;
    const unsigned char *bytes; // aligned to a cache line
    size_t size;
} demo_file;

// The files, ended by one whose name is NULL.
const demo_file *demo_model_files(void);

// The image that the model is known to describe rightly, a PNG.
demo_file demo_example_image(void);

#endif
