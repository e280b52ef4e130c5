// PEM text (RFC 7468), read once and the same for every backend.

#ifndef TANDEM_PEM_H_
#define TANDEM_PEM_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tandem/result.h"

namespace tandem {

/// One block of a PEM text.
struct PemBlock {
  std::string label;           ///< "CERTIFICATE", "PRIVATE KEY", ...
  std::vector<std::byte> der;  ///< What was between the lines.
};

/// Reads every block of `text`; what stands outside of blocks is ignored, as RFC 7468 asks.
///
/// A block that does not end, has headers (the old encryption) or is not base64 is kMisuse: the
/// error names the line.
Result<std::vector<PemBlock>> ReadPem(std::string_view text);

/// Reads the certificates of a PEM text; other blocks are passed over. kMisuse if there is none.
Result<std::vector<std::vector<std::byte>>> ReadPemCertificates(std::string_view text);

/// Reads the revocation lists ("X509 CRL") of a PEM text; other blocks are passed over. kMisuse if
/// there is none.
Result<std::vector<std::vector<std::byte>>> ReadPemRevocationLists(std::string_view text);

/// Reads base64 (RFC 4648 section 4) without line breaks. Nothing if it is not that.
std::optional<std::vector<std::byte>> ReadBase64(std::string_view text);

/// Reads a whole file of at most kFileLimit bytes. kMisuse, with the path and the reason, if it
/// cannot.
Result<std::string> ReadTextFile(const std::string& path);

/// A certificate bundle of a whole system is a quarter of this.
inline constexpr std::size_t kFileLimit = std::size_t{1} << 20;

}  // namespace tandem

#endif  // TANDEM_PEM_H_
