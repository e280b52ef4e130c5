// What is known of a connection, or of its failure, line by line; and what two libraries say of the
// same server, side by side.

#ifndef TANDEM_EXAMPLES_FACTS_H_
#define TANDEM_EXAMPLES_FACTS_H_

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "tandem/backend.h"
#include "tandem/certificate.h"
#include "tandem/error.h"
#include "tandem/session.h"

namespace tandem_examples {

/// One line.
struct Fact {
  std::string key;
  std::string value;

  /// False for what is new with every connection, or is a library's own text.
  bool comparable = true;

  friend bool operator==(const Fact&, const Fact&) = default;
};

using Facts = std::vector<Fact>;

/// Returns the library's own name and version, and which backend it is behind.
std::string LibraryText(const tandem::Backend& backend);

/// Describes what a handshake established; `verbose`: its channel bindings too.
Facts DescribeSession(const tandem::Backend& backend, const tandem::Session& session, bool verbose);

/// Describes each certificate of a chain, leaf first, and the names of the leaf. Each key begins
/// with `what`, such as "certificate".
Facts DescribeChain(const tandem::Backend& backend, std::span<const tandem::Der> chain,
                    const std::string& what);

/// Describes why a connection is over.
Facts DescribeError(const tandem::Error& error);

/// Returns "key: value" lines. What is not printable is escaped: a server chose some of it.
std::string FactLines(const Facts& facts);

/// Two columns, and the keys of the lines that differ.
struct Comparison {
  std::string text;
  std::vector<std::string> different;
};

/// Compares what two libraries say. A line begins with '!' if they differ and with a space if not;
/// what both say stands there once.
Comparison Compare(const std::string& left_title, const Facts& left, const std::string& right_title,
                   const Facts& right);

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_FACTS_H_
