// Runs every scenario with stale entries on OpenSSL's error queue before every call: what any other
// user of OpenSSL on the same thread leaves behind must change nothing, and nothing may be added.

#include <openssl/err.h>
#include <openssl/ssl.h>

#include <string>

#include "conformance/pairs/pair.h"
#include "conformance/suite/suite.h"

namespace {

// A reason that no code of ours can meet, so that an entry of somebody else's stands out.
constexpr int kStaleReason = 999;

void LeaveEntriesBehind() {
  ERR_clear_error();
  for (const int library : {ERR_LIB_SSL, ERR_LIB_X509, ERR_LIB_USER}) {
    ERR_raise(library, kStaleReason);
  }
}

std::string FindNewEntries() {
  while (const unsigned long entry = ERR_get_error()) {
    if (ERR_GET_REASON(entry) == kStaleReason) continue;
    char text[200];
    ERR_error_string_n(entry, text, sizeof(text));
    return std::string("left on OpenSSL's error queue: ") + text;
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  using namespace tandem::conformance;
  return RunPair(argc, argv, ClientBackend(), ServerBackend(),
                 {LeaveEntriesBehind, FindNewEntries});
}
