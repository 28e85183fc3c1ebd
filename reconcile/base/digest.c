#include "cutover/digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdlib.h>
#include <string.h>
#include <threads.h>

/* Fetched once: EVP_sha256() and its like make OpenSSL look for an implementation at every digest. */
static EVP_MD *sha256, *md5;
static once_flag fetched = ONCE_FLAG_INIT;

static void fetch(void)
{
    sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    md5 = EVP_MD_fetch(NULL, "MD5", NULL);
}

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

/* OpenSSL fails here only when it is not installed right: there is nothing to go on with. */
static char *digest(Arena *arena, EVP_MD *const *kind, const void *bytes, size_t length)
{
    call_once(&fetched, fetch);
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
    if (!EVP_Digest(bytes, length, out, &n, *kind, NULL)) {
        abort();
    }
    return hex(arena, out, n);
}

char *digest_sha256(Arena *arena, const void *bytes, size_t length)
{
    return digest(arena, &sha256, bytes, length);
}

char *digest_md5(Arena *arena, const void *bytes, size_t length)
{
    return digest(arena, &md5, bytes, length);
}

char *digest_hmac_sha256(Arena *arena, const char *key, const void *bytes, size_t length)
{
    unsigned char out[EVP_MAX_MD_SIZE];
    unsigned int n = 0;
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
