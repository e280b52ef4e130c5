#include "tandem/trust.h"

#include <utility>

#include "tandem/pem.h"

namespace tandem {

Result<Trust> Trust::FromPem(std::string_view roots) {
  Result<std::vector<PemBlock>> blocks = ReadPem(roots);
  if (!blocks.ok()) return std::move(blocks).error();
  std::vector<std::vector<std::byte>> certificates;
  for (PemBlock& block : *blocks) {
    if (block.label == "CERTIFICATE") certificates.push_back(std::move(block.der));
  }
  if (certificates.empty()) {
    return MakeError(ErrorKind::kMisuse, "the trusted roots: the text holds no certificate");
  }
  return FromDer(std::move(certificates));
}

Result<Trust> Trust::FromPemFile(const std::string& path) {
  Result<std::string> text = ReadTextFile(path);
  if (!text.ok()) return std::move(text).error();
  Result<Trust> trust = FromPem(*text);
  if (trust.ok()) return trust;
  Error error = std::move(trust).error();
  error.what = path + ": " + error.what;
  return error;
}

Trust Trust::FromDer(std::vector<std::vector<std::byte>> roots) {
  Trust trust(Mode::kRoots);
  trust.roots_ = std::move(roots);
  return trust;
}

}  // namespace tandem
