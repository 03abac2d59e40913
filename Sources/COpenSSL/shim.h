// SHA-256 is used by its own functions: through EVP a hash of a few hundred bytes costs twice as much.
#define OPENSSL_SUPPRESS_DEPRECATED

#include <openssl/bio.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// Swift sees neither function-like macros nor variadic functions.

static inline EVP_PKEY *waymark_p256_key(void) { return EVP_EC_gen("P-256"); }

static inline int waymark_only_tls13(SSL_CTX *context) {
    return SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1
        && SSL_CTX_set_max_proto_version(context, TLS1_3_VERSION) == 1;
}

// No session outlives its connection, idle ones give their buffers back, and a peer's certificates have a bound.
static inline void waymark_keep_little(SSL_CTX *context, long certificate_bytes) {
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_max_cert_list(context, certificate_bytes);
}

// Reading an empty memory BIO means "later", not "the end".
static inline BIO *waymark_memory_bio(void) {
    BIO *bio = BIO_new(BIO_s_mem());
    if (bio) BIO_set_mem_eof_return(bio, -1);
    return bio;
}

// The connection whose handshake a certificate is checked for.
static inline SSL *waymark_checked_ssl(X509_STORE_CTX *store) {
    return (SSL *)X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx());
}
