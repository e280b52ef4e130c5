#include "conformance/scenarios/exceptions.h"

#include <algorithm>

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

constexpr std::string_view kNoScrypt =
    "GnuTLS has no scrypt: loading a key that is locked by it is kUnsupported.";

constexpr std::string_view kAsksForStatus =
    "GnuTLS 3.7 always asks for a stapled OCSP response, and ignores it; from 3.8 a flag keeps it "
    "from asking.";

constexpr std::string_view kClientsSchemes =
    "A GnuTLS server signs by the best scheme in the client's order; RFC 8446 section 4.2.3 "
    "obliges "
    "nobody.";

constexpr Exception kExceptions[] = {
    {"AlpnTakesSixteenNamesOf255Bytes",
     "gnutls",
     "*",
     Versions::kEach,
     kAlpnRoom,
     {"unsupported: the gnutls backend", "client: not started"}},
    {"AlpnTakesSixteenNamesOf255Bytes",
     "*",
     "gnutls",
     Versions::kEach,
     kAlpnRoom,
     {"unsupported: the gnutls backend", "server: not started"}},
    {"ClientAsksForNoStapledStatus",
     "gnutls",
     "*",
     Versions::kEach,
     kAsksForStatus,
     {"the ClientHello asks for a stapled OCSP response"}},
    {"KeysUnderScryptServe", "*", "gnutls", Versions::kEach, kNoScrypt, {"in: scrypt"}},
    {"ServerSignsByItsOwnOrderOfSchemes",
     "*",
     "gnutls",
     Versions::kEach,
     kClientsSchemes,
     {"the server's signature: is 2054, should be 2052"}},
};

bool CoversRun(const Exception& exception, std::string_view scenario, std::string_view client,
               std::string_view server, Version version) {
  return exception.scenario == scenario && Covers(exception.client, client) &&
         Covers(exception.server, server) && Covers(exception.versions, version);
}

bool Allows(const Exception& exception, const CheckFailure& failure) {
  const auto none = [](std::string_view text) { return text.empty(); };
  if (std::ranges::all_of(exception.shows, none)) return true;
  return std::ranges::any_of(exception.shows, [&](std::string_view text) {
    return !text.empty() && failure.text.find(text) != std::string::npos;
  });
}

}  // namespace

std::span<const Exception> Exceptions() { return kExceptions; }

const Exception* FindException(std::span<const Exception> exceptions, std::string_view scenario,
                               std::string_view client, std::string_view server, Version version) {
  for (const Exception& exception : exceptions) {
    if (CoversRun(exception, scenario, client, server, version)) return &exception;
  }
  return nullptr;
}

bool AllAllowed(std::span<const Exception> exceptions, std::string_view scenario,
                std::string_view client, std::string_view server, Version version,
                std::span<const CheckFailure> failures) {
  return std::ranges::all_of(failures, [&](const CheckFailure& failure) {
    return std::ranges::any_of(exceptions, [&](const Exception& exception) {
      return CoversRun(exception, scenario, client, server, version) && Allows(exception, failure);
    });
  });
}

}  // namespace tandem::conformance
