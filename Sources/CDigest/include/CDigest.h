// A door to the system's hash functions: libcrypto's, on Apple's systems CommonCrypto's. Every function that answers an
// int says 1 where it is done and 0 where the library could not; then nothing was hashed, and nobody may believe a hash.
#ifndef CDIGEST_H
#define CDIGEST_H

#include <stddef.h>
#include <stdint.h>

enum {
    CDIGEST_SHA1 = 1,
    CDIGEST_SHA256 = 2,
};

enum {
    // Bytes of the hashes.
    CDIGEST_SHA1_SIZE = 20,
    CDIGEST_SHA256_SIZE = 32,
};

// A hash under way.
typedef struct cdigest cdigest;

// NULL where the library has no such function, or no memory.
cdigest *cdigest_create(int function);
int cdigest_update(cdigest *digest, const void *bytes, size_t count);
// Writes the hash of the bytes so far, 20 or 32 bytes, and answers how many; 0 where the library could not. More bytes
// may follow all the same.
size_t cdigest_read(const cdigest *digest, uint8_t *target);
void cdigest_destroy(cdigest *digest);

// The SHA-256 of `bytes`, into 32 bytes of `target`.
int cdigest_sha256(const void *bytes, size_t count, uint8_t *target);

// 1 where the bytes are the same, else 0; how long it takes says nothing about them.
int cdigest_equal(const void *left, const void *right, size_t count);

#endif
