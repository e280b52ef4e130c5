// What every provocation comes to, at both ends: the expectation, and the source of
// docs/error-table.md.

#ifndef TANDEM_CONFORMANCE_ERRORS_ERROR_TABLE_H_
#define TANDEM_CONFORMANCE_ERRORS_ERROR_TABLE_H_

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "conformance/scenarios/scenario.h"
#include "conformance/world/world.h"

namespace tandem::conformance {

/// What one end of a connection came to.
struct Outcome {
  enum class State : std::uint8_t {
    kPlayed,  ///< By the test: no session.
    kLives,   ///< No error.
    kOver,    ///< With the error that follows.
  };

  State state = State::kPlayed;
  ErrorKind kind = ErrorKind::kInternal;
  std::optional<Verdict> verdict = std::nullopt;
  std::optional<Alert> sent = std::nullopt;
  std::optional<Alert> received = std::nullopt;

  friend bool operator==(const Outcome&, const Outcome&) = default;
};

inline constexpr Outcome kPlayed{};
inline constexpr Outcome kLives{Outcome::State::kLives};

/// It ends with `kind`, and tells the other end by `alert` if there is one.
constexpr Outcome Fails(ErrorKind kind, std::optional<Alert> alert = std::nullopt) {
  return {Outcome::State::kOver, kind, std::nullopt, alert, std::nullopt};
}

/// It does not trust the other end.
constexpr Outcome Distrusts(Verdict verdict, std::optional<Alert> alert) {
  return {Outcome::State::kOver, ErrorKind::kUntrusted, verdict, alert, std::nullopt};
}

/// It is told by the other end.
constexpr Outcome Told(Alert alert) {
  return {Outcome::State::kOver, ErrorKind::kPeerAlert, std::nullopt, std::nullopt, alert};
}

/// Both ends.
struct Ends {
  Outcome client;
  Outcome server;

  friend bool operator==(const Ends&, const Ends&) = default;
};

/// One provocation and what it comes to.
struct ErrorRow {
  std::string_view name;  ///< One CamelCase word; unique for a version.
  std::string_view what;  ///< Who does what.
  Versions versions;      ///< For which the row holds.
  void (*run)(World& world);
  Ends ends;
};

/// Where a library is forced to something else than the row says.
struct ErrorDifference {
  std::string_view row;
  Versions versions;
  std::string_view client;  ///< The backend of the client; "*": any.
  std::string_view server;
  Ends ends;
  std::string_view reason;
};

/// A part of the table.
struct ErrorSection {
  std::string_view title;
  std::span<const ErrorRow> rows;
};

std::span<const ErrorRow> IncompatibleRows();
std::span<const ErrorRow> CertificateRows();
std::span<const ErrorRow> ClientHelloRows();
std::span<const ErrorRow> ServerHelloRows();
std::span<const ErrorRow> RecordRows();
std::span<const ErrorRow> LaterRows();

/// Returns all of the above.
std::vector<ErrorSection> ErrorTable();

/// Returns all that is pinned.
std::span<const ErrorDifference> ErrorDifferences();

/// Returns what `row` should come to with these backends.
Ends ExpectedEnds(const ErrorRow& row, Version version, std::string_view client,
                  std::string_view server);

/// Returns the versions that a row is run for.
std::vector<Version> VersionsOf(const ErrorRow& row);

/// Runs one row and says what came of it.
Ends RunRow(const ErrorRow& row, World& world);

/// Returns an outcome in words, such as "`untrusted` (expired), sends certificate_expired".
std::string OutcomeText(const Outcome& outcome);

/// Says what a row came to with these backends.
using EndsOf = std::function<Ends(const ErrorRow& row, Version version, std::string_view client,
                                  std::string_view server)>;

/// Returns docs/error-table.md, by what `ends_of` says of each row and pair.
std::string ErrorTableText(const EndsOf& ends_of);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_ERRORS_ERROR_TABLE_H_
