// Runs every scenario for all pairs of the backends of this house: bazel run //conformance:runner

#include "conformance/suite/suite.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"

int main(int argc, char** argv) {
  const tandem::Backend* backends[] = {&tandem::OpenSsl(), &tandem::GnuTls()};
  return tandem::conformance::RunSuite(argc, argv, backends);
}
