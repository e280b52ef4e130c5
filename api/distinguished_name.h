// Names of X.500 (RFC 5280 section 4.1.2.4): compared as the RFC asks, and written for people.

#ifndef TANDEM_DISTINGUISHED_NAME_H_
#define TANDEM_DISTINGUISHED_NAME_H_

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "api/der.h"

namespace tandem {

/// One attribute of a name, such as a common name. It points into what was read.
struct NameAttribute {
  std::span<const std::byte> oid;
  DerElement value;
  std::optional<std::string> text;  ///< The value in UTF-8, if it is a string.
  bool is_first_of_set = true;      ///< False: it stands beside the one before, in one RDN.
};

/// Reads a Name, in the order it is written. Nothing if it is not one, or a string in it is not
/// what its type says.
std::optional<std::vector<NameAttribute>> ReadName(std::span<const std::byte> name);

/// Returns a form of `name` that is equal for equal names (RFC 5280 section 7.1): the case of ASCII
/// letters, the number of spaces and the type of a string do not matter. The form of a name starts
/// with that of another if it is in the other's subtree. Nothing if it is not a Name.
std::optional<std::string> ComparableName(std::span<const std::byte> name);

/// Says whether two names are the same. What does not parse is like nothing.
bool SameName(std::span<const std::byte> one, std::span<const std::byte> other);

/// Writes `name` in its own order, escaped as RFC 4514 has it. What is not printable ASCII becomes
/// a backslash and two digits, so that no name can write over a terminal or pretend to be another.
std::string NameText(std::span<const std::byte> name);

/// Object identifiers of attributes that rules ask for.
inline constexpr char kOidCommonName[] = "\x55\x04\x03";
inline constexpr char kOidEmailAddress[] = "\x2A\x86\x48\x86\xF7\x0D\x01\x09\x01";

}  // namespace tandem

#endif  // TANDEM_DISTINGUISHED_NAME_H_
