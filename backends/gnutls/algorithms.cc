// Suites, groups and signature schemes: IANA's numbers, and the names that GnuTLS has for them.

#include "backends/gnutls/algorithms.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <string_view>

namespace tandem::gnutls {
namespace {

struct SuiteParts {
  CipherSuite suite;
  gnutls_kx_algorithm_t exchange;  // GNUTLS_KX_UNKNOWN: TLS 1.3.
  gnutls_cipher_algorithm_t cipher;
  gnutls_mac_algorithm_t mac = GNUTLS_MAC_AEAD;
};

constexpr SuiteParts kSuites[] = {
    {0x1301, GNUTLS_KX_UNKNOWN, GNUTLS_CIPHER_AES_128_GCM},
    {0x1302, GNUTLS_KX_UNKNOWN, GNUTLS_CIPHER_AES_256_GCM},
    {0x1303, GNUTLS_KX_UNKNOWN, GNUTLS_CIPHER_CHACHA20_POLY1305},
    {0x1304, GNUTLS_KX_UNKNOWN, GNUTLS_CIPHER_AES_128_CCM},
    {0xC02B, GNUTLS_KX_ECDHE_ECDSA, GNUTLS_CIPHER_AES_128_GCM},
    {0xC02F, GNUTLS_KX_ECDHE_RSA, GNUTLS_CIPHER_AES_128_GCM},
    {0xC02C, GNUTLS_KX_ECDHE_ECDSA, GNUTLS_CIPHER_AES_256_GCM},
    {0xC030, GNUTLS_KX_ECDHE_RSA, GNUTLS_CIPHER_AES_256_GCM},
    {0xCCA9, GNUTLS_KX_ECDHE_ECDSA, GNUTLS_CIPHER_CHACHA20_POLY1305},
    {0xCCA8, GNUTLS_KX_ECDHE_RSA, GNUTLS_CIPHER_CHACHA20_POLY1305},
    {0xC009, GNUTLS_KX_ECDHE_ECDSA, GNUTLS_CIPHER_AES_128_CBC, GNUTLS_MAC_SHA1},
    {0xC013, GNUTLS_KX_ECDHE_RSA, GNUTLS_CIPHER_AES_128_CBC, GNUTLS_MAC_SHA1},
    {0xC00A, GNUTLS_KX_ECDHE_ECDSA, GNUTLS_CIPHER_AES_256_CBC, GNUTLS_MAC_SHA1},
    {0xC014, GNUTLS_KX_ECDHE_RSA, GNUTLS_CIPHER_AES_256_CBC, GNUTLS_MAC_SHA1},
    {0x009C, GNUTLS_KX_RSA, GNUTLS_CIPHER_AES_128_GCM},
    {0x009D, GNUTLS_KX_RSA, GNUTLS_CIPHER_AES_256_GCM},
    {0x002F, GNUTLS_KX_RSA, GNUTLS_CIPHER_AES_128_CBC, GNUTLS_MAC_SHA1},
    {0x0035, GNUTLS_KX_RSA, GNUTLS_CIPHER_AES_256_CBC, GNUTLS_MAC_SHA1},
};

// By name: the headers of older versions lack the numbers of groups that the library may have.
struct GroupWord {
  Group group;
  const char* name;
};

constexpr GroupWord kGroups[] = {
    {0x001D, "X25519"},
    {0x0017, "SECP256R1"},
    {0x0018, "SECP384R1"},
    {0x0019, "SECP521R1"},
    {0x001E, "X448"},
    {0x0100, "FFDHE2048"},
    {0x0101, "FFDHE3072"},
    {0x0102, "FFDHE4096"},
    {0x0103, "FFDHE6144"},
    {0x0104, "FFDHE8192"},
    {0x11EB, "SECP256R1-MLKEM768"},
    {0x11EC, "X25519-MLKEM768"},
    {0x11ED, "SECP384R1-MLKEM1024"},
};

// GnuTLS tells what ECDSA means in TLS 1.2 (any curve) from what it means in 1.3.
struct SchemeIds {
  SignatureScheme scheme;
  gnutls_sign_algorithm_t id;
  gnutls_sign_algorithm_t id13 = GNUTLS_SIGN_UNKNOWN;  // If it is another one.
};

constexpr SchemeIds kSchemes[] = {
    {0x0403, GNUTLS_SIGN_ECDSA_SHA256, GNUTLS_SIGN_ECDSA_SECP256R1_SHA256},
    {0x0503, GNUTLS_SIGN_ECDSA_SHA384, GNUTLS_SIGN_ECDSA_SECP384R1_SHA384},
    {0x0603, GNUTLS_SIGN_ECDSA_SHA512, GNUTLS_SIGN_ECDSA_SECP521R1_SHA512},
    {0x0804, GNUTLS_SIGN_RSA_PSS_RSAE_SHA256},
    {0x0805, GNUTLS_SIGN_RSA_PSS_RSAE_SHA384},
    {0x0806, GNUTLS_SIGN_RSA_PSS_RSAE_SHA512},
    {0x0807, GNUTLS_SIGN_EDDSA_ED25519},
    {0x0808, GNUTLS_SIGN_EDDSA_ED448},
    {0x0809, GNUTLS_SIGN_RSA_PSS_SHA256},
    {0x080A, GNUTLS_SIGN_RSA_PSS_SHA384},
    {0x080B, GNUTLS_SIGN_RSA_PSS_SHA512},
    {0x0401, GNUTLS_SIGN_RSA_SHA256},
    {0x0501, GNUTLS_SIGN_RSA_SHA384},
    {0x0601, GNUTLS_SIGN_RSA_SHA512},
};

template <typename Table, typename Predicate>
auto FindRow(const Table& table, Predicate wanted) {
  const auto* row = std::find_if(std::begin(table), std::end(table), wanted);
  return row == std::end(table) ? nullptr : row;
}

template <typename Number>
void AppendOnce(std::vector<Number>& list, Number number) {
  if (number != 0 && std::find(list.begin(), list.end(), number) == list.end()) {
    list.push_back(number);
  }
}

bool HasSuite(const SuiteParts& parts) {
  std::array<unsigned char, 2> id{};
  for (std::size_t i = 0;
       gnutls_cipher_suite_info(i, id.data(), nullptr, nullptr, nullptr, nullptr) != nullptr; ++i) {
    if ((id[0] << 8 | id[1]) == parts.suite) return gnutls_cipher_get_name(parts.cipher) != nullptr;
  }
  return false;
}

bool HasGroup(const GroupWord& row) {
  return gnutls_group_get_id(row.name) != GNUTLS_GROUP_INVALID;
}

bool HasScheme(const SchemeIds& row) {
  return gnutls_sign_is_secure(row.id) != 0 &&
         (row.id13 == GNUTLS_SIGN_UNKNOWN || gnutls_sign_is_secure(row.id13) != 0);
}

}  // namespace

std::vector<CipherSuite> CipherSuites() {
  std::vector<CipherSuite> suites;
  for (const SuiteParts& row : kSuites) {
    if (HasSuite(row)) suites.push_back(row.suite);
  }
  return suites;
}

std::vector<Group> Groups() {
  std::vector<Group> groups;
  for (const GroupWord& row : kGroups) {
    if (HasGroup(row)) groups.push_back(row.group);
  }
  return groups;
}

std::vector<SignatureScheme> SignatureSchemes() {
  std::vector<SignatureScheme> schemes;
  for (const SchemeIds& row : kSchemes) {
    if (HasScheme(row)) schemes.push_back(row.scheme);
  }
  return schemes;
}

Group GroupNumber(gnutls_group_t group) {
  const char* name = gnutls_group_get_name(group);
  if (name == nullptr) return 0;
  const auto* row = FindRow(
      kGroups, [name](const GroupWord& known) { return std::string_view(known.name) == name; });
  return row == nullptr ? Group{0} : row->group;
}

SignatureScheme SchemeNumber(gnutls_sign_algorithm_t scheme) {
  if (scheme == GNUTLS_SIGN_UNKNOWN) return 0;
  const auto* row = FindRow(kSchemes, [scheme](const SchemeIds& known) {
    return known.id == scheme || known.id13 == scheme;
  });
  return row == nullptr ? SignatureScheme{0} : row->scheme;
}

std::vector<std::string> WordsForSuite(CipherSuite suite) {
  const auto* row =
      FindRow(kSuites, [suite](const SuiteParts& known) { return known.suite == suite; });
  if (row == nullptr || !HasSuite(*row)) return {};
  std::vector<std::string> words = {gnutls_cipher_get_name(row->cipher),
                                    gnutls_mac_get_name(row->mac)};
  if (row->exchange != GNUTLS_KX_UNKNOWN) words.emplace_back(gnutls_kx_get_name(row->exchange));
  return words;
}

std::string WordForGroup(Group group) {
  const auto* row =
      FindRow(kGroups, [group](const GroupWord& known) { return known.group == group; });
  return row == nullptr || !HasGroup(*row) ? std::string() : std::string("GROUP-") + row->name;
}

std::vector<std::string> WordsForScheme(SignatureScheme scheme) {
  const auto* row =
      FindRow(kSchemes, [scheme](const SchemeIds& known) { return known.scheme == scheme; });
  if (row == nullptr || !HasScheme(*row)) return {};
  std::vector<std::string> words;
  for (const gnutls_sign_algorithm_t id : {row->id, row->id13}) {
    if (id != GNUTLS_SIGN_UNKNOWN) words.push_back(std::string("SIGN-") + gnutls_sign_get_name(id));
  }
  return words;
}

std::vector<CipherSuite> SuitesOf(gnutls_priority_t priority) {
  std::vector<CipherSuite> suites;
  unsigned index = 0;
  for (unsigned i = 0;; ++i) {
    const int code = gnutls_priority_get_cipher_suite_index(priority, i, &index);
    if (code == GNUTLS_E_REQUESTED_DATA_NOT_AVAILABLE) return suites;
    std::array<unsigned char, 2> id{};
    if (code < 0 ||
        gnutls_cipher_suite_info(index, id.data(), nullptr, nullptr, nullptr, nullptr) == nullptr) {
      continue;
    }
    suites.push_back(static_cast<CipherSuite>(id[0] << 8 | id[1]));
  }
}

std::vector<Group> GroupsOf(gnutls_priority_t priority) {
  std::vector<Group> groups;
  const unsigned* list = nullptr;
  const int count = gnutls_priority_group_list(priority, &list);
  for (int i = 0; i < count; ++i) {
    const Group group = GroupNumber(static_cast<gnutls_group_t>(list[i]));
    // A group of a curve that the machine's policy forbids stays in the list, and is not spoken.
    if (!WordForGroup(group).empty()) AppendOnce(groups, group);
  }
  return groups;
}

std::vector<SignatureScheme> SchemesOf(gnutls_priority_t priority) {
  std::vector<SignatureScheme> schemes;
  const unsigned* list = nullptr;
  const int count = gnutls_priority_sign_list(priority, &list);
  for (int i = 0; i < count; ++i) {
    const SignatureScheme scheme = SchemeNumber(static_cast<gnutls_sign_algorithm_t>(list[i]));
    if (!WordsForScheme(scheme).empty()) AppendOnce(schemes, scheme);
  }
  return schemes;
}

}  // namespace tandem::gnutls
