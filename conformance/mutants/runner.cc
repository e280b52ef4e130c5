// Runs the suite on the two libraries and on every wrong backend, to look at one failure closely:
//
//     bazel run //conformance/mutants:runner -- --client=openssl:forgets-the-alert --server=openssl

#include <memory>
#include <vector>

#include "conformance/mutants/bug.h"
#include "conformance/suite/suite.h"
#include "tandem/gnutls.h"
#include "tandem/openssl.h"

int main(int argc, char** argv) {
  using namespace tandem;
  std::vector<const Backend*> backends = {&OpenSsl(), &GnuTls()};
  std::vector<std::unique_ptr<const Backend>> mutants;
  for (const Backend* right : {&OpenSsl(), &GnuTls()}) {
    for (const conformance::Bug& bug : conformance::AllBugs()) {
      mutants.push_back(bug.make(*right, bug));
      backends.push_back(mutants.back().get());
    }
  }
  return conformance::RunSuite(argc, argv, backends);
}
