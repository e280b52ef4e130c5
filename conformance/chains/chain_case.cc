#include "conformance/chains/chain_case.h"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <sstream>
#include <utility>

namespace tandem::conformance {
namespace {

unsigned Digit(char c) {
  return static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);  // NOLINT: as bundle.py writes
}

Der FromHex(std::string_view hex) {
  Der der;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    der.push_back(static_cast<std::byte>(16 * Digit(hex[i]) + Digit(hex[i + 1])));
  }
  return der;
}

std::optional<Verdict> VerdictNamed(std::string_view name) {
  for (unsigned i = 0; i <= static_cast<unsigned>(Verdict::kOther); ++i) {
    if (VerdictName(static_cast<Verdict>(i)) == name) return static_cast<Verdict>(i);
  }
  return std::nullopt;
}

class BundleReader {
 public:
  // False: there is no such line.
  bool Take(const std::string& line) {
    const std::size_t space = line.find(' ');
    const std::string word = line.substr(0, space);
    const std::string rest = space == std::string::npos ? std::string() : line.substr(space + 1);
    if (word == "der") return TakeDer(rest);
    if (word == "theme") return Set(theme_, rest);
    if (word == "case") return Begin(rest);
    return !cases_.empty() && TakeField(word, rest, cases_.back());
  }

  std::vector<ChainCase> TakeCases() { return std::move(cases_); }

 private:
  static bool Set(std::string& field, const std::string& text) {
    field = text;
    return true;
  }

  bool TakeDer(const std::string& rest) {
    const std::size_t space = rest.find(' ');
    if (space == std::string::npos) return false;
    ders_[rest.substr(0, space)] = FromHex(std::string_view(rest).substr(space + 1));
    return true;
  }

  bool Begin(const std::string& name) {
    cases_.emplace_back();
    cases_.back().theme = theme_;
    return Set(cases_.back().name, name);
  }

  // Behind a first word if `first` is given.
  bool TakeDers(const std::string& names, std::vector<Der>& ders, std::string* first = nullptr) {
    std::istringstream words(names);
    if (first != nullptr && !(words >> *first)) return false;
    for (std::string name; words >> name;) {
      const auto found = ders_.find(name);
      if (found == ders_.end()) return false;
      ders.push_back(found->second);
    }
    return true;
  }

  bool TakeTrust(const std::string& rest, ChainCase& c) {
    std::string mode;
    if (!TakeDers(rest, c.roots, &mode)) return false;
    c.trusts_pins = mode == "pins";
    return c.trusts_pins || mode == "roots";
  }

  bool TakeLists(const std::string& rest, ChainCase& c) {
    std::string reach;
    if (!TakeDers(rest, c.lists, &reach)) return false;
    if (reach == "leaf") c.reach = Revocation::kLeaf;
    if (reach == "whole_path") c.reach = Revocation::kWholePath;
    return reach == "where_listed" || c.reach != Revocation::kWhereListed;
  }

  static bool TakePin(const std::string& rest, ChainCase& c) {
    const bool of_key = rest.starts_with("key ");
    const auto pin = Pin::Parse(of_key ? Pin::Of::kPublicKey : Pin::Of::kCertificate,
                                rest.substr(rest.find(' ') + 1));
    if (pin.ok()) c.pins.push_back(*pin);
    return pin.ok();
  }

  static bool TakeExpected(const std::string& rest, ChainCase& c) {
    c.expected = VerdictNamed(rest);
    return c.expected.has_value() || rest == "ok";
  }

  bool TakeField(const std::string& word, const std::string& rest, ChainCase& c) {
    if (word == "about") return Set(c.about, rest);
    if (word == "sent") return TakeDers(rest, c.sent);
    if (word == "key") return !(c.key = FromHex(rest)).empty();
    if (word == "trust") return TakeTrust(rest, c);
    if (word == "intermediates") return TakeDers(rest, c.intermediates);
    if (word == "lists") return TakeLists(rest, c);
    if (word == "pin") return TakePin(rest, c);
    if (word == "max_intermediates") c.max_intermediates = static_cast<unsigned>(std::stoul(rest));
    if (word == "any_purpose") c.any_purpose = true;
    if (word == "name") return Set(c.asked, rest);
    if (word == "at") c.at = std::chrono::sys_seconds(std::chrono::seconds(std::stoll(rest)));
    if (word == "expect") return TakeExpected(rest, c);
    if (word == "note") return Set(c.note, rest);
    return word == "max_intermediates" || word == "any_purpose" || word == "at" ||
           word == "unshown";
  }

  std::map<std::string, Der> ders_;
  std::string theme_;
  std::vector<ChainCase> cases_;
};

}  // namespace

Trust ChainCase::MakeTrust() const {
  Trust trust = trusts_pins ? Trust::FromPins(pins) : Trust::FromDer(roots);
  if (!trusts_pins && !pins.empty()) trust.RequirePin(pins);
  if (!intermediates.empty()) trust.Intermediates(intermediates);
  if (!lists.empty()) trust.RevocationLists(lists, reach);
  if (max_intermediates.has_value()) trust.MaxIntermediates(*max_intermediates);
  if (any_purpose) trust.DangerAnyPurpose();
  return trust;
}

std::string_view OutcomeName(std::optional<Verdict> verdict) {
  return verdict.has_value() ? VerdictName(*verdict) : "ok";
}

std::vector<ChainCase> ReadBundle(const std::string& path) {
  std::ifstream file(path);
  BundleReader reader;
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    ++number;
    if (reader.Take(line)) continue;
    std::cerr << path << ":" << number << ": not a line of a bundle: " << line.substr(0, 60)
              << "\n";
    std::exit(2);
  }
  std::vector<ChainCase> cases = reader.TakeCases();
  if (!cases.empty()) return cases;
  std::cerr << path << ": no cases\n";
  std::exit(2);
}

}  // namespace tandem::conformance
