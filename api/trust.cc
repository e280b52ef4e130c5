#include "tandem/trust.h"

#include <utility>

#include "tandem/out_of_memory.h"
#include "tandem/pem.h"

namespace tandem {

Trust Trust::SystemIfAny() {
  Trust trust(Mode::kSystem);
  trust.may_be_empty_ = true;
  return trust;
}

Result<Trust> Trust::FromPem(std::string_view roots) {
  return UnlessOutOfMemory([&]() -> Result<Trust> {
    Result<std::vector<Der>> certificates = ReadPemCertificates(roots);
    if (certificates.ok()) return FromDer(std::move(certificates).value());
    Error error = std::move(certificates).error();
    error.what = "the trusted roots: " + error.what;
    return error;
  });
}

Result<Trust> Trust::FromPemFile(const std::string& path) {
  return UnlessOutOfMemory([&]() -> Result<Trust> {
    Result<std::string> text = ReadTextFile(path);
    if (!text.ok()) return std::move(text).error();
    Result<Trust> trust = FromPem(*text);
    if (trust.ok()) return trust;
    Error error = std::move(trust).error();
    error.what = path + ": " + error.what;
    return error;
  });
}

Trust Trust::FromDer(std::vector<Der> roots) {
  Trust trust(Mode::kRoots);
  for (std::size_t i = 0; i < roots.size(); ++i) {
    if (Certificate::Parse(roots[i]).has_value()) continue;
    trust.NoteFlaw("root number " + std::to_string(i + 1) + " cannot be parsed");
  }
  trust.roots_ = std::move(roots);
  return trust;
}

Trust Trust::FromPins(std::vector<Pin> pins) {
  Trust trust(Mode::kPins);
  if (pins.empty()) trust.NoteFlaw("FromPins() without a pin trusts nobody");
  trust.pins_ = std::move(pins);
  return trust;
}

Trust& Trust::Intermediates(std::vector<Der> certificates) {
  NeedsPath("Intermediates()");
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    if (Certificate::Parse(certificates[i]).has_value()) continue;
    NoteFlaw("Intermediates(): number " + std::to_string(i + 1) + " is not a certificate");
  }
  intermediates_ = std::move(certificates);
  return *this;
}

Trust& Trust::RevocationLists(const std::vector<Der>& lists, Revocation reach) {
  NeedsPath("RevocationLists()");
  auto parsed = std::make_shared<std::vector<RevocationList>>();
  for (std::size_t i = 0; i < lists.size(); ++i) {
    if (auto list = RevocationList::Parse(lists[i])) {
      parsed->push_back(std::move(*list));
    } else {
      NoteFlaw("RevocationLists(): number " + std::to_string(i + 1) + " is not a revocation list");
    }
  }
  revocation_lists_ = std::move(parsed);
  revocation_ = reach;
  return *this;
}

Trust& Trust::RequirePin(std::vector<Pin> pins) {
  NeedsPath("RequirePin()");
  if (pins.empty()) NoteFlaw("RequirePin() without a pin trusts nobody");
  pins_ = std::move(pins);
  return *this;
}

Trust& Trust::MaxIntermediates(unsigned count) {
  NeedsPath("MaxIntermediates()");
  if (count > kIntermediatesLimit) NoteFlaw("more than 14 intermediates are never looked at");
  max_intermediates_ = count;
  return *this;
}

Trust& Trust::DangerAnyPurpose() {
  NeedsPath("DangerAnyPurpose()");
  any_purpose_ = true;
  return *this;
}

Trust& Trust::FurtherVerifier(VerifyPeer hook) {
  further_verifier_ = std::move(hook);
  return *this;
}

std::span<const RevocationList> Trust::revocation_lists() const {
  if (revocation_lists_ == nullptr) return {};
  return *revocation_lists_;
}

void Trust::NoteFlaw(std::string flaw) {
  if (flaw_.empty()) flaw_ = std::move(flaw);
}

void Trust::NeedsPath(const char* rule) {
  if (mode_ != Mode::kPins && mode_ != Mode::kDangerNone) return;
  NoteFlaw(std::string(rule) + " asks about a path, and FromPins() and DangerNone() look for none");
}

}  // namespace tandem
