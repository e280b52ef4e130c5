#include "conformance/outside/outside_scenario.h"

namespace tandem::conformance {
namespace {

constexpr std::string_view kAlertInPlaintext =
    "OpenSSL's client sends an alert of the TLS 1.3 handshake in plaintext when the server's keys "
    "are in force; GnuTLS's server cannot decrypt that, and ends by bad_record_mac";

// Of the checks, only the one that asks for the alert.
constexpr std::string_view kNotTold = "the peer tells of ";

constexpr Exception kExceptions[] = {
    {"ExpiredIsRejected",
     "openssl",
     "gnutls_serv",
     Versions::kTls13,
     kAlertInPlaintext,
     {kNotTold}},
    {"NotYetValidIsRejected",
     "openssl",
     "gnutls_serv",
     Versions::kTls13,
     kAlertInPlaintext,
     {kNotTold}},
    {"OtherNamesAreWrong",
     "openssl",
     "gnutls_serv",
     Versions::kTls13,
     kAlertInPlaintext,
     {kNotTold}},
    {"UnknownIssuerIsRejected",
     "openssl",
     "gnutls_serv",
     Versions::kTls13,
     kAlertInPlaintext,
     {kNotTold}},
    {"WrongPurposeIsRejected",
     "openssl",
     "gnutls_serv",
     Versions::kTls13,
     kAlertInPlaintext,
     {kNotTold}},
};

}  // namespace

std::vector<OutsideScenario> AllOutsideScenarios() {
  std::vector<OutsideScenario> all;
  for (const auto list :
       {OutsideClientCertificateScenarios(), OutsideCloseScenarios(), OutsideHandshakeScenarios(),
        OutsideRekeyScenarios(), OutsideTransferScenarios(), OutsideTrustScenarios()}) {
    all.insert(all.end(), list.begin(), list.end());
  }
  return all;
}

std::span<const Exception> OutsideExceptions() { return kExceptions; }

}  // namespace tandem::conformance
