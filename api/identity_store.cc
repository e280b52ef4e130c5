#include "tandem/identity_store.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <utility>

#include "tandem/server_name.h"

namespace tandem {
namespace {

bool IsFor(const IdentityEntry& entry, const std::optional<ServerName>& name) {
  if (!name.has_value()) return false;
  if (entry.names.empty()) return name->MatchedBy(entry.identity->names());
  CertificateNames names;
  names.dns = entry.names;
  return name->MatchedBy(names);
}

bool Speaks(const IdentityEntry& entry, const ClientHello& hello) {
  if (entry.alpn.empty()) return true;
  return std::any_of(hello.alpn.begin(), hello.alpn.end(), [&](const std::string& protocol) {
    return std::find(entry.alpn.begin(), entry.alpn.end(), protocol) != entry.alpn.end();
  });
}

bool CanSignFor(const IdentityEntry& entry, const ClientHello& hello) {
  return entry.identity->CanSignAny(hello.signature_schemes, hello.version);
}

using Candidates = std::vector<const IdentityEntry*>;

template <typename Condition>
Candidates Narrow(const Candidates& candidates, Condition condition) {
  Candidates left;
  std::copy_if(candidates.begin(), candidates.end(), std::back_inserter(left),
               [&](const IdentityEntry* entry) { return condition(*entry); });
  return left;
}

}  // namespace

std::shared_ptr<IdentityStore> IdentityStore::Make(std::vector<IdentityEntry> entries,
                                                   bool strict) {
  return std::shared_ptr<IdentityStore>(new IdentityStore(std::move(entries), strict));
}

void IdentityStore::Replace(std::vector<IdentityEntry> entries) {
  const std::lock_guard<std::mutex> lock(mutex_);
  entries_.swap(entries);  // The old ones are freed after the lock is released.
}

std::shared_ptr<const Identity> IdentityStore::Choose(const ClientHello& hello) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  Candidates all;
  for (const IdentityEntry& entry : entries_) {
    if (entry.identity != nullptr) all.push_back(&entry);
  }
  const Result<ServerName> parsed = ServerName::Dns(hello.server_name);
  const auto name = parsed.ok() ? std::optional(*parsed) : std::nullopt;
  Candidates left = Narrow(all, [&](const IdentityEntry& entry) { return IsFor(entry, name); });
  if (left.empty() && !strict_) left = std::move(all);
  left = Narrow(left, [&](const IdentityEntry& entry) { return Speaks(entry, hello); });
  if (left.empty()) return nullptr;
  const auto able = std::find_if(left.begin(), left.end(), [&](const IdentityEntry* entry) {
    return CanSignFor(*entry, hello);
  });
  return able == left.end() ? left.front()->identity : (*able)->identity;
}

ChooseIdentity IdentityStore::Chooser() {
  return [store = shared_from_this()](const ClientHello& hello,
                                      engine::Reply<std::shared_ptr<const Identity>> reply) {
    std::shared_ptr<const Identity> identity = store->Choose(hello);
    if (identity == nullptr) return reply.Fail("no identity is for that name and protocol");
    reply.Answer(std::move(identity));
  };
}

}  // namespace tandem
