// Writes DER, certificates and revocation lists for the tests of api, which has no library to make
// them with. Nothing is signed: nobody in api looks at signatures.

#ifndef TANDEM_TEST_DER_H_
#define TANDEM_TEST_DER_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tandem/certificate.h"

namespace tandem {

Der BytesOf(std::string_view text);
Der Join(const std::vector<Der>& parts);
Der Element(unsigned tag, const Der& content);
Der Sequence(const std::vector<Der>& parts);
Der SetOf(const std::vector<Der>& parts);
Der Oid(std::string_view dotted);
Der Integer(std::uint64_t value);
Der Boolean(bool value);
Der BitString(unsigned unused, std::initializer_list<unsigned> bytes);
Der Text(unsigned tag, std::string_view text);
Der Time(std::chrono::sys_seconds time);

/// A name of one attribute for each RDN.
Der NameOf(const std::vector<std::pair<std::string_view, Der>>& attributes);

/// A name of a common name alone, UTF8String.
Der CommonName(std::string_view text);

Der RsaKey(unsigned bits);
Der EcKey(std::string_view curve, std::size_t point_bytes);
Der Ed25519Key();

/// An AlgorithmIdentifier without parameters.
Der Algorithm(std::string_view oid);

Der ExtensionOf(std::string_view oid, const Der& value, bool is_critical = false);
Der CaExtension(bool is_ca, std::optional<unsigned> path_length = {});
Der KeyUsageExtension(unsigned first_byte);
Der PurposeExtension(const std::vector<std::string_view>& oids);

/// `names` are GeneralNames.
Der AlternativeNames(const std::vector<Der>& names);
Der ConstraintsExtension(const std::vector<Der>& permitted, const std::vector<Der>& excluded);

inline constexpr std::string_view kEcdsaSha256 = "1.2.840.10045.4.3.2";
inline constexpr std::string_view kRsaSha1 = "1.2.840.113549.1.1.5";

/// A certificate to be. As it stands it parses, and says nothing special.
struct CertificateDraft {
  int version = 3;
  Der serial = Integer(1);
  Der issuer = CommonName("issuer");
  Der subject = CommonName("subject");
  std::chrono::sys_seconds not_before = std::chrono::sys_days{std::chrono::year{2020} / 1 / 1};
  std::chrono::sys_seconds not_after = std::chrono::sys_days{std::chrono::year{2040} / 1 / 1};
  Der key = Ed25519Key();
  Der algorithm = Algorithm(kEcdsaSha256);
  std::optional<Der> outer_algorithm;  ///< Nothing: the same.
  std::vector<Der> before_extensions;
  std::vector<Der> extensions;

  Der Write() const;
};

/// A revocation list to be.
struct RevocationListDraft {
  std::optional<unsigned> version = 1;
  Der issuer = CommonName("issuer");
  Der algorithm = Algorithm(kEcdsaSha256);
  std::chrono::sys_seconds this_update = std::chrono::sys_days{std::chrono::year{2029} / 1 / 1};
  std::optional<std::chrono::sys_seconds> next_update =
      std::chrono::sys_days{std::chrono::year{2031} / 1 / 1};
  std::vector<Der> entries;
  std::vector<Der> extensions;

  Der Write() const;
};

Der RevokedEntry(const Der& serial, const std::vector<Der>& extensions = {});

}  // namespace tandem

#endif  // TANDEM_TEST_DER_H_
