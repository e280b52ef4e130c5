#include "conformance/scenarios/exceptions.h"

namespace tandem::conformance {
namespace {

bool Covers(std::string_view pattern, std::string_view name) {
  return pattern == "*" || pattern == name;
}

bool Covers(Versions versions, Version version) {
  switch (versions) {
    case Versions::kTls12: return version == Version::kTls12;
    case Versions::kTls13: return version == Version::kTls13;
    case Versions::kEach:
    case Versions::kMixed: return true;
  }
  return false;
}

constexpr std::string_view kAlpnRoom =
    "GnuTLS has room for 8 protocols of 31 bytes each; Config::Builder::Build() says kUnsupported.";

constexpr std::string_view kCrossingRequests =
    "GnuTLS takes a key update that asks for ours for illegal while it waits for the answer to its "
    "own request, though RFC 8446 section 4.6.3 lets the two cross.";

constexpr Exception kExceptions[] = {
    {"AlpnTakesSixteenNamesOf255Bytes", "gnutls", "*", Versions::kEach, kAlpnRoom},
    {"AlpnTakesSixteenNamesOf255Bytes", "*", "gnutls", Versions::kEach, kAlpnRoom},
    {"RequestsForRekeyThatCrossKeepTheStream", "gnutls", "*", Versions::kTls13, kCrossingRequests},
    {"RequestsForRekeyThatCrossKeepTheStream", "*", "gnutls", Versions::kTls13, kCrossingRequests},
};

}  // namespace

std::span<const Exception> Exceptions() { return kExceptions; }

const Exception* FindException(std::span<const Exception> exceptions, std::string_view scenario,
                               std::string_view client, std::string_view server, Version version) {
  for (const Exception& exception : exceptions) {
    if (exception.scenario == scenario && Covers(exception.client, client) &&
        Covers(exception.server, server) && Covers(exception.versions, version)) {
      return &exception;
    }
  }
  return nullptr;
}

}  // namespace tandem::conformance
