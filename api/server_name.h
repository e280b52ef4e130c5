// Whom a client wants to talk to: a DNS name or an IP address.

#ifndef TANDEM_SERVER_NAME_H_
#define TANDEM_SERVER_NAME_H_

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/result.h"

namespace tandem {

/// Lists the names that a certificate speaks for (RFC 5280, subjectAltName). The common name is
/// not among them: RFC 9525 section 2.
struct CertificateNames {
  std::vector<std::string> dns;                   ///< dNSName, as written.
  std::vector<std::vector<std::byte>> addresses;  ///< iPAddress, 4 or 16 bytes each.
};

/// Names a server: a DNS name or an IP address, already validated, never confused.
///
/// A DNS name is sent as SNI and matches only dNSName; an address is not sent and matches only
/// iPAddress. One trailing dot is dropped. Internationalised names go in as A-labels ("xn--...").
class ServerName {
 public:
  /// Takes `text` for an address if it is one, else for a DNS name. kMisuse if it is neither.
  static Result<ServerName> Parse(std::string_view text);

  /// Takes a DNS name: letters, digits, '-' and '_', labels of 1 to 63 bytes, at most 253 in all.
  /// kMisuse for anything else, an address among it.
  static Result<ServerName> Dns(std::string_view name);

  /// Takes an IPv4 or IPv6 address, without brackets. kMisuse for anything else.
  static Result<ServerName> Ip(std::string_view address);

  bool is_dns() const { return address_.empty(); }

  /// Returns the name in lower case without a trailing dot, or the address as it was written.
  const std::string& text() const { return text_; }

  /// Returns the address in network byte order, 4 or 16 bytes; empty for a DNS name.
  std::span<const std::byte> address() const { return address_; }

  /// Says whether a certificate for `names` proves this name (RFC 9525 section 6.3): ASCII case is
  /// ignored; "*" stands for exactly one whole left-most label and needs two labels behind it.
  bool MatchedBy(const CertificateNames& names) const;

 private:
  ServerName(std::string text, std::vector<std::byte> address)
      : text_(std::move(text)), address_(std::move(address)) {}

  std::string text_;
  std::vector<std::byte> address_;
};

}  // namespace tandem

#endif  // TANDEM_SERVER_NAME_H_
