#include "tandem/path_search.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

namespace tandem {
namespace {

// A hostile peer can send certificates that all look like each other's issuers. What it takes to
// look at them is bounded; an honest chain needs a tenth of it.
constexpr std::size_t kStepLimit = 512;
constexpr std::size_t kPathsLimit = 32;
constexpr std::size_t kSignatureLimit = 64;
constexpr std::size_t kJudgedLimit = 4;

using Path = std::vector<const Certificate*>;

struct RankedPath {
  Path path;
  unsigned flaws = 0;
};

bool MayHaveIssued(const Certificate& issuer, const Certificate& certificate) {
  if (issuer.subject != certificate.issuer) return false;
  const bool both_say = !issuer.subject_key_id.empty() && !certificate.authority_key_id.empty();
  return !both_say || issuer.subject_key_id == certificate.authority_key_id;
}

// OpenSSL takes it for self-signed, whoever signed it, and looks for nothing above it.
bool LooksSelfSigned(const Certificate& certificate) {
  const Der& above = certificate.authority_key_id;
  return certificate.self_issued() && (above.empty() || above == certificate.subject_key_id);
}

unsigned CountOf(VerdictSet findings) {
  unsigned count = 0;
  for (unsigned i = 0; i <= static_cast<unsigned>(Verdict::kOther); ++i) {
    if (findings.Has(static_cast<Verdict>(i))) ++count;
  }
  return count;
}

bool IsIn(const Path& path, const Certificate& certificate) {
  return std::any_of(path.begin(), path.end(),
                     [&](const Certificate* other) { return other->der == certificate.der; });
}

class Search {
 public:
  Search(const PathSources& sources, const PathQuestion& question)
      : sources_(sources),
        question_{question.of_server, question.now, question.trust,
                  [](const RevocationList&, const Certificate&) { return true; }} {}

  PathFound Run() {
    for (const Der& der : sources_.sent) {
      std::optional<Certificate> certificate = Certificate::Parse(der);
      if (!certificate.has_value()) return {{}, false, {Verdict::kMalformed}};
      sent_.push_back(std::move(*certificate));
    }
    if (IsTrusted(sent_.front())) return {{sent_.front().der}, true, {}};
    // The shortest first: what a hostile peer makes long cannot keep an honest path from its turn.
    open_.push_back({&sent_.front()});
    for (std::size_t step = 0; step < kStepLimit && !open_.empty(); ++step) {
      const Path path = std::move(open_.front());
      open_.pop_front();
      if (path.size() > longest_.size()) longest_ = path;
      Extend(path);
    }
    if (complete_.empty()) {
      return {Ders(longest_), false, {too_deep_ ? Verdict::kTooDeep : Verdict::kUnknownIssuer}};
    }
    return {Ders(Best()), true, {}};
  }

 private:
  static std::vector<Der> Ders(const Path& path) {
    std::vector<Der> ders;
    for (const Certificate* certificate : path) ders.push_back(certificate->der);
    return ders;
  }

  const std::deque<Certificate>& TrustedNamed(const Der& name) {
    const auto [entry, is_new] = trusted_.try_emplace(name);
    if (!is_new) return entry->second;
    for (const Der& der : sources_.trusted(name)) {
      if (auto certificate = Certificate::Parse(der)) {
        entry->second.push_back(std::move(*certificate));
      }
    }
    return entry->second;
  }

  bool IsTrusted(const Certificate& certificate) {
    const auto& trusted = TrustedNamed(certificate.subject);
    return std::any_of(trusted.begin(), trusted.end(),
                       [&](const Certificate& other) { return other.der == certificate.der; });
  }

  // Goes one step up from the last of `path`, to each that may have issued it.
  void Extend(const Path& path) {
    const Certificate& top = *path.back();
    if (path.size() == kPathLimit) {
      too_deep_ = true;
      return;
    }
    if (LooksSelfSigned(top)) return;
    for (const Certificate& issuer : TrustedNamed(top.issuer)) {
      if (!MayHaveIssued(issuer, top) || complete_.size() == kPathsLimit) continue;
      Path longer = path;
      longer.push_back(&issuer);
      complete_.push_back({longer});
    }
    for (const Certificate& issuer : sent_) GoOn(path, issuer);
    for (const Certificate& issuer : sources_.intermediates) GoOn(path, issuer);
  }

  void GoOn(const Path& path, const Certificate& issuer) {
    if (open_.size() == kStepLimit) return;
    if (!MayHaveIssued(issuer, *path.back()) || IsIn(path, issuer) || IsTrusted(issuer)) return;
    Path longer = path;
    longer.push_back(&issuer);
    open_.push_back(std::move(longer));
  }

  // What shows at a glance.
  unsigned QuickFlawsOf(const Path& path) const {
    unsigned flaws = 0;
    for (const Certificate* certificate : path) {
      const bool is_leaf = certificate == path.front();
      const bool is_trusted = certificate == path.back();
      const bool weak = certificate->signature_hash == SignatureHash::kMd5 ||
                        certificate->signature_hash == SignatureHash::kSha1;
      const auto now = question_.now;
      if (now < certificate->not_before || now >= certificate->not_after) ++flaws;
      if (weak && !is_trusted) ++flaws;
      if (!is_leaf && !is_trusted && !certificate->is_ca.value_or(false)) ++flaws;
    }
    return flaws;
  }

  unsigned FlawsOf(const Path& path) const {
    std::vector<Certificate> certificates;
    for (const Certificate* certificate : path) certificates.push_back(*certificate);
    return CountOf(JudgePath(certificates, true, question_));
  }

  const Path& Best() {
    // Where there is no choice the library's check of the path is enough.
    if (complete_.size() == 1) return complete_.front().path;
    const auto fewer = [](const RankedPath& a, const RankedPath& b) { return a.flaws < b.flaws; };
    for (RankedPath& candidate : complete_) candidate.flaws = QuickFlawsOf(candidate.path);
    std::stable_sort(complete_.begin(), complete_.end(), fewer);
    const std::span judged = std::span(complete_).first(std::min(complete_.size(), kJudgedLimit));
    for (RankedPath& candidate : judged) candidate.flaws = FlawsOf(candidate.path);
    std::stable_sort(judged.begin(), judged.end(), fewer);
    for (const RankedPath& candidate : complete_) {
      if (IsSigned(candidate.path)) return candidate.path;
    }
    return complete_.front().path;
  }

  bool IsSigned(const Path& path) {
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      const auto [entry, is_new] = signed_.try_emplace({path[i + 1], path[i]}, false);
      if (is_new && signed_.size() <= kSignatureLimit) {
        entry->second = sources_.has_signed(*path[i + 1], *path[i]);
      }
      if (!entry->second) return false;
    }
    return true;
  }

  const PathSources& sources_;
  const PathQuestion question_;
  std::vector<Certificate> sent_;
  std::map<Der, std::deque<Certificate>> trusted_;  // By name.
  std::map<std::pair<const Certificate*, const Certificate*>, bool> signed_;
  std::deque<Path> open_;
  std::vector<RankedPath> complete_;
  Path longest_;
  bool too_deep_ = false;
};

}  // namespace

PathFound FindPath(const PathSources& sources, const PathQuestion& question) {
  return Search(sources, question).Run();
}

}  // namespace tandem
