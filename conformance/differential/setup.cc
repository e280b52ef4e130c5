#include "conformance/differential/setup.h"

#include <algorithm>
#include <cassert>

namespace tandem::conformance {
namespace {

using Word = std::string_view;

constexpr Word kVersions[] = {"both", "1.2", "1.3"};
constexpr Word kIdentities[] = {
    "server_p256",        "server_rsa",           "server_ed25519",    "server_chained",
    "server_expired",     "server_wrong_name",    "server_root_b",     "server_not_yet_valid",
    "server_weak",        "server_wrong_purpose", "server_all_wrong",  "server_self_signed",
    "server_common_name", "server_under_leaf",    "server_constrained"};
constexpr Word kChoosers[] = {"none", "answers", "fails", "drops", "throws", "waits"};
constexpr Word kTrusts[] = {"root_a",    "root_b", "root_b_and_a", "right_pin",
                            "wrong_pin", "nobody", "anybody"};
constexpr Word kVerifiers[] = {"none", "accepts", "refuses", "fails", "drops", "throws", "waits"};
constexpr Word kNames[] = {"server.test", "other.test", "127.0.0.1"};
constexpr Word kYears[] = {"2030", "2015", "2200"};
constexpr Word kAsks[] = {"none", "optional", "required"};
constexpr Word kShows[] = {"nothing",        "client_good",  "client_rsa",    "client_root_b",
                           "client_expired", "server_other", "server_ed25519"};
constexpr Word kAlpns[] = {"none", "h2", "h2,http/1.1", "http/1.1,h2", "imap"};
constexpr Word kAlpnPolicies[] = {"match", "ignore", "present"};
constexpr Word kSuites[] = {"default", "aes128", "aes256", "chacha20", "backwards"};
constexpr Word kGroups[] = {"default", "x25519", "p256", "p384", "p521", "backwards"};
constexpr Word kSchemes[] = {"default", "ecdsa", "rsa_pss", "rsa_pkcs1", "ed25519", "backwards"};
constexpr Word kTimeouts[] = {"60000", "100", "1"};

struct FieldWords {
  Field field;
  Word name;
  std::span<const Word> choices;
};

constexpr FieldWords kFields[] = {
    {Field::kClientVersions, "client_versions", kVersions},
    {Field::kServerVersions, "server_versions", kVersions},
    {Field::kIdentity, "identity", kIdentities},
    {Field::kChooser, "chooser", kChoosers},
    {Field::kTrust, "trust", kTrusts},
    {Field::kVerifier, "verifier", kVerifiers},
    {Field::kName, "name", kNames},
    {Field::kYear, "year", kYears},
    {Field::kAsk, "ask", kAsks},
    {Field::kShow, "show", kShows},
    {Field::kShownVerifier, "shown_verifier", kVerifiers},
    {Field::kClientAlpn, "client_alpn", kAlpns},
    {Field::kServerAlpn, "server_alpn", kAlpns},
    {Field::kClientAlpnPolicy, "client_alpn_policy", kAlpnPolicies},
    {Field::kServerAlpnPolicy, "server_alpn_policy", kAlpnPolicies},
    {Field::kClientSuites, "client_suites", kSuites},
    {Field::kServerSuites, "server_suites", kSuites},
    {Field::kClientGroups, "client_groups", kGroups},
    {Field::kServerGroups, "server_groups", kGroups},
    {Field::kClientSchemes, "client_schemes", kSchemes},
    {Field::kServerSchemes, "server_schemes", kSchemes},
    {Field::kTimeout, "timeout", kTimeouts},
};

static_assert(std::size(kFields) == kFieldCount);

const FieldWords& WordsOf(Field field) {
  const FieldWords& words = kFields[static_cast<std::size_t>(field)];
  assert(words.field == field);
  return words;
}

}  // namespace

std::array<Field, kFieldCount> AllFields() {
  std::array<Field, kFieldCount> all{};
  for (std::size_t i = 0; i < kFieldCount; ++i) all[i] = kFields[i].field;
  return all;
}

std::string_view NameOf(Field field) { return WordsOf(field).name; }

std::span<const std::string_view> ChoicesOf(Field field) { return WordsOf(field).choices; }

std::optional<Field> FieldNamed(std::string_view name) {
  for (const FieldWords& words : kFields) {
    if (words.name == name) return words.field;
  }
  return std::nullopt;
}

std::string_view Setup::operator[](Field field) const { return ChoicesOf(field)[Place(field)]; }

void Setup::Choose(Field field, std::size_t place) {
  assert(place < ChoicesOf(field).size());
  places_[static_cast<std::size_t>(field)] = static_cast<std::uint8_t>(place);
}

bool Setup::Choose(Field field, std::string_view word) {
  const auto choices = ChoicesOf(field);
  const auto found = std::find(choices.begin(), choices.end(), word);
  if (found == choices.end()) return false;
  Choose(field, static_cast<std::size_t>(found - choices.begin()));
  return true;
}

bool OrderOfGroupsDecides(const Setup& setup) {
  const Word client = setup[Field::kClientGroups];
  const Word server = setup[Field::kServerGroups];
  if (client == server || (client != "backwards" && server != "backwards")) return false;
  // One group alone leaves no choice.
  const bool choice = client == "default" || server == "default";
  return choice && setup[Field::kClientVersions] != "1.2" && setup[Field::kServerVersions] != "1.2";
}

}  // namespace tandem::conformance
