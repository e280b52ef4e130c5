#include "conformance/differential/known_differences.h"

#include <algorithm>
#include <string>

#include "tandem/algorithms.h"

namespace tandem::conformance {
namespace {

bool SomeTraceHas(const Difference& difference, std::string_view text) {
  return std::any_of(difference.traces.begin(), difference.traces.end(),
                     [&](const std::string& line) { return line.find(text) != std::string::npos; });
}

bool SomeActionIs(const Script& script, What what) {
  return std::any_of(script.actions.begin(), script.actions.end(),
                     [what](const Action& action) { return action.what == what; });
}

void EraseWord(std::string& line, const std::string& word) {
  const std::size_t place = line.find(" " + word);
  if (place != std::string::npos) line.erase(place, word.size() + 1);
}

// The first that is named: where both ends sign, by the server, which the client gives account of.
void EraseFirstScheme(std::string& line) {
  std::string first;
  std::size_t place = std::string::npos;
  for (const SignatureScheme scheme : kDefaultSignatureSchemes) {
    const std::size_t at = line.find(" " + SignatureSchemeName(scheme));
    if (at >= place) continue;
    place = at;
    first = SignatureSchemeName(scheme);
  }
  if (place != std::string::npos) EraseWord(line, first);
}

// Each end of a connection that has settled names its group.
void EraseGroups(std::string& line) {
  for (const Group group : kDefaultGroups) {
    EraseWord(line, GroupName(group));
    EraseWord(line, GroupName(group));
  }
}

// Says whether the lines are the same without what `erase` takes out of each.
bool SameWithout(const Difference& difference, void (*erase)(std::string& line)) {
  auto lines = difference.traces;
  for (std::string& line : lines) erase(line);
  return std::all_of(lines.begin(), lines.end(),
                     [&](const std::string& line) { return line == lines.front(); });
}

// The group in the account of a handshake, and nothing else.
bool GroupsHaveAnotherOrder(const Script& script, const Difference& difference) {
  return OrderOfGroupsDecides(script.setup) && SameWithout(difference, EraseGroups);
}

// The client's account of the server's signature, and nothing else.
bool ServerSignsByAnotherScheme(const Script& script, const Difference& difference) {
  if (script.setup[Field::kClientSchemes] == script.setup[Field::kServerSchemes]) return false;
  return SameWithout(difference, EraseFirstScheme);
}

bool ClientRequiresProtocol(const Script& script, const Difference& difference) {
  return script.setup[Field::kClientAlpnPolicy] == "present" &&
         SomeTraceHas(difference, "no_application_protocol");
}

bool ClientsCurveIsNoGroupOfTheServer(const Script& script, const Difference& difference) {
  return script.setup[Field::kShow] == "client_good" &&
         script.setup[Field::kServerGroups] == "x25519" &&
         SomeTraceHas(difference, "illegal_parameter");
}

bool ForgedRecordIsLong(const Script& script, const Difference& difference) {
  return SomeActionIs(script, What::kForge) && SomeTraceHas(difference, "record_overflow") &&
         SomeTraceHas(difference, "bad_record_mac");
}

constexpr KnownDifference kKnown[] = {
    {"a client that refuses a server for a reason of tandem's own: no public call of OpenSSL sends "
     "an alert that a program has chosen (docs/parity.md)",
     "client_alpn=h2; client_alpn_policy=present; w0.settle", ClientRequiresProtocol, true},
    {"a record of TLS 1.2 that is too long for its cipher and that no key has made: GnuTLS looks "
     "at its length first, OpenSSL decrypts it as long as RFC 5246 section 6.2.3 allows the length",
     "server_versions=1.2; w0.settle; up0.forge 16420; s0.read_all", ForgedRecordIsLong, false},
    {"a client's certificate on a curve that is no group of a TLS 1.2 server: OpenSSL's server "
     "refuses it, GnuTLS's takes it; RFC 8422 section 5.1.1 speaks of servers' certificates only",
     "client_versions=1.2; ask=optional; show=client_good; server_groups=x25519; w0.settle",
     ClientsCurveIsNoGroupOfTheServer, true},
    {"whose order of groups decides in TLS 1.3: OpenSSL's server takes the first key share of the "
     "client that it knows, GnuTLS's asks again for the group that it likes best itself",
     "server_groups=backwards; w0.settle; c0.write 100; s0.read_all; s0.info",
     GroupsHaveAnotherOrder, false},
    {"whose order of signature schemes decides: OpenSSL signs by its own, GnuTLS by its peer's; "
     "RFC 8446 section 4.2.3 obliges nobody",
     "identity=server_rsa; client_schemes=backwards; w0.settle", ServerSignsByAnotherScheme, false},
};

}  // namespace

std::span<const KnownDifference> KnownDifferences() { return kKnown; }

const KnownDifference* FindKnownDifference(const Script& script, const Difference& difference) {
  if (!difference.failures.empty()) return nullptr;
  const auto found =
      std::find_if(std::begin(kKnown), std::end(kKnown),
                   [&](const KnownDifference& known) { return known.covers(script, difference); });
  return found == std::end(kKnown) ? nullptr : &*found;
}

}  // namespace tandem::conformance
