#include "examples/dtls_echo_facts.h"

#include "tandem/algorithms.h"
#include "tandem/version.h"

namespace tandem_examples {

std::string DescribeDtls(const tandem::ConnectionInfo& info) {
  const bool is_dtls = info.version == tandem::Version::kDtls12;
  std::string text = std::string("version=") + (is_dtls ? "dtls1.2" : "?");
  text += " suite=" + tandem::CipherSuiteName(info.cipher_suite);
  text += " group=" + tandem::GroupName(info.group);
  text += " sni=" + (info.server_name.empty() ? "-" : info.server_name);
  return text;
}

}  // namespace tandem_examples
