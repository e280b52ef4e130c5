// What is seen of an SSL with SSL_MODE_ASYNC, and of jobs by OpenSSL's own functions; each for the
// row of that number.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_SSL_LOOKS_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_SSL_LOOKS_H_

#include "conformance/native_openssl/async_table/observed.h"

namespace tandem::conformance::openssl_looks {

void J13(Observed& observed);
void J14(Observed& observed);
void P5(Observed& observed);
void S1(Observed& observed);
void S2(Observed& observed);
void S3(Observed& observed);
void S4(Observed& observed);
void S5(Observed& observed);
void S6(Observed& observed);
void S7(Observed& observed);
void S8(Observed& observed);
void S9(Observed& observed);
void S10(Observed& observed);
void S11(Observed& observed);
void S12(Observed& observed);
void S13(Observed& observed);
void S16(Observed& observed);

}  // namespace tandem::conformance::openssl_looks

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_SSL_LOOKS_H_
