// Several identities behind one name or many, chosen by ClientHello, replaced while serving.

#ifndef TANDEM_IDENTITY_STORE_H_
#define TANDEM_IDENTITY_STORE_H_

#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "tandem/client_hello.h"
#include "tandem/identity.h"
#include "tandem/settings.h"

namespace tandem {

/// An identity, and for whom it is.
struct IdentityEntry {
  std::shared_ptr<const Identity> identity;
  std::vector<std::string> names{};  ///< As in certificates ("*.a.test"); empty: its certificate's.
  std::vector<std::string> alpn{};   ///< Only for clients that name one of these; empty: for all.
};

/// Chooses who a server is, and can be told anew while it serves: sessions that have begun keep the
/// identity that they began with. Safe from any thread.
///
///     auto store = IdentityStore::Make({{rsa}, {ecdsa}, {other_site}});
///     auto config = Config::ForServer(backend, store->Chooser()).Build();
///     ...
///     store->Replace({{renewed}});
class IdentityStore : public std::enable_shared_from_this<IdentityStore> {
 public:
  /// Starts with `entries`, the best first. Clients whose name is no entry's are served by any of
  /// them as if it were theirs; if `strict`, they are told unrecognized_name.
  static std::shared_ptr<IdentityStore> Make(std::vector<IdentityEntry> entries,
                                             bool strict = false);

  /// Serves `entries` from now on.
  void Replace(std::vector<IdentityEntry> entries);

  /// Chooses for a ClientHello: among the entries for its server name, and of those for its ALPN,
  /// the first whose key can sign as the client asks, else the first. Null: there is none.
  std::shared_ptr<const Identity> Choose(const ClientHello& hello) const;

  /// Returns the hook for Config::ForServer(). It keeps the store alive.
  ChooseIdentity Chooser();

 private:
  IdentityStore(std::vector<IdentityEntry> entries, bool strict)
      : entries_(std::move(entries)), strict_(strict) {}

  mutable std::mutex mutex_;
  std::vector<IdentityEntry> entries_;
  const bool strict_;
};

}  // namespace tandem

#endif  // TANDEM_IDENTITY_STORE_H_
