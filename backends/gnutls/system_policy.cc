// What the machine's administrator lets GnuTLS speak.

#include "backends/gnutls/system_policy.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <vector>

#include <gnutls/gnutls.h>

namespace tandem::gnutls {
namespace {

template <typename Number, typename NameOf>
void ListMissing(const std::vector<Number>& asked, const std::vector<Number>& left, NameOf name_of,
                 std::string& missing) {
  for (const Number number : asked) {
    if (std::find(left.begin(), left.end(), number) != left.end()) continue;
    missing += (missing.empty() ? "" : ", ") + name_of(number);
  }
}

std::string MissingIn(const Settings& settings, const CompiledRules& compiled) {
  std::string missing;
  if (compiled.version_min > settings.version_min) missing = "TLS 1.2";
  if (compiled.version_max < settings.version_max) missing = "TLS 1.3";
  std::vector<CipherSuite> suites;
  for (const CipherSuite suite : settings.cipher_suites) {
    const Version version = IsTls13Suite(suite) ? Version::kTls13 : Version::kTls12;
    if (version >= compiled.version_min && version <= compiled.version_max) {
      suites.push_back(suite);
    }
  }
  ListMissing(suites, compiled.cipher_suites, CipherSuiteName, missing);
  ListMissing(settings.groups, compiled.groups, GroupName, missing);
  ListMissing(settings.signature_schemes, compiled.signature_schemes, SignatureSchemeName, missing);
  return missing;
}

bool SpeaksAll(const CompiledRules& compiled) {
  const auto has_suite = [&](Version version) {
    return std::any_of(compiled.cipher_suites.begin(), compiled.cipher_suites.end(),
                       [version](CipherSuite suite) {
                         return IsTls13Suite(suite) == (version == Version::kTls13);
                       });
  };
  return has_suite(compiled.version_min) && has_suite(compiled.version_max) &&
         !compiled.groups.empty() && !compiled.signature_schemes.empty();
}

}  // namespace

std::string SystemPolicyFile() {
  const char* path = gnutls_get_system_config_file();
  std::error_code error;
  if (path == nullptr || !std::filesystem::exists(path, error)) return {};
  return path;
}

std::optional<Error> NoteSystemPolicy(const Settings& settings, CompiledRules& compiled) {
  const std::string file = SystemPolicyFile();
  const std::string missing = MissingIn(settings, compiled);
  if (file.empty()) {
    if (missing.empty()) return std::nullopt;
    return MakeError(ErrorKind::kUnsupported,
                     "the gnutls backend does not speak what was named: " + missing);
  }
  if (!SpeaksAll(compiled)) {
    return MakeError(ErrorKind::kUnsupported, "the machine's crypto policy (" + file +
                                                  ") forbids " + missing +
                                                  ", and that leaves nothing to speak");
  }
  compiled.system_policy = file + (missing.empty() ? " is in force" : " forbids " + missing);
  return std::nullopt;
}

}  // namespace tandem::gnutls
