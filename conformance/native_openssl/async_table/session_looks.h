// What is seen of a tandem::Session, for the rows that ssl_looks.h has for an SSL.

#ifndef TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_SESSION_LOOKS_H_
#define TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_SESSION_LOOKS_H_

#include "conformance/native_openssl/async_table/observed.h"
#include "tandem/backend.h"

namespace tandem::conformance::tandem_looks {

void J13(const Backend& backend, Observed& observed);
void J14(const Backend& backend, Observed& observed);
void P5(const Backend& backend, Observed& observed);
void W15(const Backend& backend, Observed& observed);
void S1(const Backend& backend, Observed& observed);
void S2(const Backend& backend, Observed& observed);
void S3(const Backend& backend, Observed& observed);
void S4(const Backend& backend, Observed& observed);
void S5(const Backend& backend, Observed& observed);
void S6(const Backend& backend, Observed& observed);
void S7(const Backend& backend, Observed& observed);
void S8(const Backend& backend, Observed& observed);
void S9(const Backend& backend, Observed& observed);
void S11(const Backend& backend, Observed& observed);
void S12(const Backend& backend, Observed& observed);
void S13(const Backend& backend, Observed& observed);
void S16(const Backend& backend, Observed& observed);

}  // namespace tandem::conformance::tandem_looks

#endif  // TANDEM_CONFORMANCE_NATIVE_OPENSSL_ASYNC_TABLE_SESSION_LOOKS_H_
