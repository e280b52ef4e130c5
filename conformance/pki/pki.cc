#include "conformance/pki/pki.h"

#include <string_view>
#include <utility>

namespace tandem::conformance {
namespace {

constexpr std::pair<std::string_view, std::string_view> kTexts[] = {
#include "conformance/pki/embedded.inc"
};

}  // namespace

std::string_view PkiText(std::string_view name) {
  for (const auto& [key, text] : kTexts) {
    if (key == name) return text;
  }
  return {};
}

std::string_view PkiLeafText(std::string_view name) {
  constexpr std::string_view end_line = "-----END CERTIFICATE-----";
  const std::string_view text = PkiText(name);
  const std::size_t end = text.find(end_line);
  return end == std::string_view::npos ? std::string_view() : text.substr(0, end + end_line.size());
}

}  // namespace tandem::conformance
