#include "tandem/server_name.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace tandem {
namespace {

constexpr std::size_t kNameLimit = 253;  // RFC 1035 section 2.3.4, without the root's dot.
constexpr std::size_t kLabelLimit = 63;

char Lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string Lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) { return Lower(c); });
  return lower;
}

std::string_view WithoutTrailingDot(std::string_view name) {
  if (!name.empty() && name.back() == '.') name.remove_suffix(1);
  return name;
}

bool IsNameCharacter(char c) {
  const char lower = Lower(c);
  return (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9') || lower == '-' ||
         lower == '_';
}

// Takes the first label off `name`; `name` is then what is behind the dot.
std::string_view TakeLabel(std::string_view& name) {
  const std::size_t dot = name.find('.');
  const std::string_view label = name.substr(0, dot);
  name = dot == std::string_view::npos ? std::string_view() : name.substr(dot + 1);
  return label;
}

bool IsDnsName(std::string_view name) {
  if (name.empty() || name.size() > kNameLimit || name.back() == '.') return false;
  std::string_view label;
  for (std::string_view rest = name; !rest.empty();) {
    label = TakeLabel(rest);
    if (label.empty() || label.size() > kLabelLimit) return false;
    if (!std::all_of(label.begin(), label.end(), IsNameCharacter)) return false;
  }
  // A last label of digits alone would be an address that some parser reads and another does not.
  return !std::all_of(label.begin(), label.end(), [](char c) { return c >= '0' && c <= '9'; });
}

template <typename Address>
std::vector<std::byte> BytesOf(const Address& address) {
  const auto bytes = std::as_bytes(std::span(&address, 1));
  return {bytes.begin(), bytes.end()};
}

std::optional<std::vector<std::byte>> ParseAddress(const std::string& text) {
  if (text.find('\0') != std::string::npos) return std::nullopt;
  in_addr ipv4{};
  if (inet_pton(AF_INET, text.c_str(), &ipv4) == 1) return BytesOf(ipv4);
  in6_addr ipv6{};
  if (inet_pton(AF_INET6, text.c_str(), &ipv6) == 1) return BytesOf(ipv6);
  return std::nullopt;
}

bool MatchesPattern(std::string_view name, std::string_view pattern) {
  if (pattern.substr(0, 2) != "*.") return name == pattern;
  const std::string_view parent = pattern.substr(2);
  if (!IsDnsName(parent) || parent.find('.') == std::string_view::npos) return false;
  TakeLabel(name);
  return name == parent;
}

}  // namespace

Result<ServerName> ServerName::Parse(std::string_view text) {
  if (ParseAddress(std::string(text)).has_value()) return Ip(text);
  return Dns(text);
}

Result<ServerName> ServerName::Dns(std::string_view name) {
  const std::string_view bare = WithoutTrailingDot(name);
  if (!IsDnsName(bare)) {
    return MakeError(ErrorKind::kMisuse, "\"" + std::string(name) +
                                             "\" is not a DNS name; give an international name in "
                                             "its \"xn--\" form, an address by ServerName::Ip()");
  }
  return ServerName(Lower(bare), {});
}

Result<ServerName> ServerName::Ip(std::string_view address) {
  std::optional<std::vector<std::byte>> bytes = ParseAddress(std::string(address));
  if (!bytes.has_value()) {
    return MakeError(ErrorKind::kMisuse,
                     "\"" + std::string(address) + "\" is not an IPv4 or IPv6 address");
  }
  return ServerName(std::string(address), std::move(*bytes));
}

bool ServerName::MatchedBy(const CertificateNames& names) const {
  if (!is_dns()) {
    return std::find(names.addresses.begin(), names.addresses.end(), address_) !=
           names.addresses.end();
  }
  return std::any_of(names.dns.begin(), names.dns.end(), [this](const std::string& pattern) {
    // A dNSName has no trailing dot (RFC 5280 section 4.2.1.6); one that has would slip past a
    // constraint of its issuer.
    return MatchesPattern(text_, Lower(pattern));
  });
}

}  // namespace tandem
