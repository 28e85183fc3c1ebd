#include "cutover/digest.h"

/* The functions of one digest each, not EVP: that starts the whole of OpenSSL, which takes as long as reading 20 models. */
#define OPENSSL_SUPPRESS_DEPRECATED
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/md5.h>
#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

static char *hex(Arena *arena, const unsigned char *bytes, size_t length)
{
    static const char digits[] = "0123456789abcdef";
    char *text = arena_alloc(arena, length * 2 + 1);
    for (size_t i = 0; i < length; i++) {
        text[i * 2] = digits[bytes[i] >> 4];
        text[i * 2 + 1] = digits[bytes[i] & 15];
    }
    return text;
}

char *digest_sha256(Arena *arena, const void *bytes, size_t length)
{
    unsigned char out[SHA256_DIGEST_LENGTH];
    SHA256_CTX sum;
    SHA256_Init(&sum);
    SHA256_Update(&sum, bytes, length);
    SHA256_Final(out, &sum);
    return hex(arena, out, sizeof out);
}

char *digest_md5(Arena *arena, const void *bytes, size_t length)
{
    unsigned char out[MD5_DIGEST_LENGTH];
    MD5_CTX sum;
    MD5_Init(&sum);
    MD5_Update(&sum, bytes, length);
    MD5_Final(out, &sum);
    return hex(arena, out, sizeof out);
}

char *digest_hmac_sha256(Arena *arena, const char *key, const void *bytes, size_t length)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    /* It fails only when OpenSSL is not installed right: there is nothing to go on with. */
    if (!HMAC(EVP_sha256(), key, (int)strlen(key), bytes, length, out, &n)) {
        abort();
    }
    return hex(arena, out, n);
}

bool digest_equal(const char *a, const char *b)
{
    size_t n = strlen(a);
    return n == strlen(b) && CRYPTO_memcmp(a, b, n) == 0;
}
