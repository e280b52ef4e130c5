// What both programs of a script are set up for, before their first call: one word for each field.

#ifndef TANDEM_CONFORMANCE_DIFFERENTIAL_SETUP_H_
#define TANDEM_CONFORMANCE_DIFFERENTIAL_SETUP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tandem::conformance {

/// One thing that a script decides about its configs. The words of each stand in setup.cc; the
/// first of them is the plainest, and what a script has that does not name the field.
enum class Field : std::uint8_t {
  kClientVersions,
  kServerVersions,
  kIdentity,       ///< Whom the server shows: a name of make_pki.
  kChooser,        ///< How the server's hook for that answers.
  kTrust,          ///< Whom the client believes.
  kVerifier,       ///< How the client's further verifier answers.
  kName,           ///< Whom the client wants.
  kYear,           ///< By which certificates are judged.
  kAsk,            ///< For client certificates.
  kShow,           ///< Whom the client shows: a name of make_pki.
  kShownVerifier,  ///< How the server's further verifier answers.
  kClientAlpn,
  kServerAlpn,
  kClientAlpnPolicy,
  kServerAlpnPolicy,
  kClientSuites,
  kServerSuites,
  kClientGroups,
  kServerGroups,
  kClientSchemes,
  kServerSchemes,
  kTimeout,  ///< For handshakes, in milliseconds.
};

inline constexpr std::size_t kFieldCount = static_cast<std::size_t>(Field::kTimeout) + 1;

/// Returns every field, in order.
std::array<Field, kFieldCount> AllFields();

/// Returns the field's name in a script, such as "client_alpn".
std::string_view NameOf(Field field);

/// Returns the words that the field can have, the plainest first.
std::span<const std::string_view> ChoicesOf(Field field);

/// Returns the field of that name.
std::optional<Field> FieldNamed(std::string_view name);

/// Holds one word for each field.
class Setup {
 public:
  /// Returns the word of `field`.
  std::string_view operator[](Field field) const;

  /// Says whether `field` has its plainest word.
  bool IsPlain(Field field) const { return Place(field) == 0; }

  /// Takes the word at `place` of ChoicesOf(field).
  void Choose(Field field, std::size_t place);

  /// Takes `word`; false if the field has no such word.
  bool Choose(Field field, std::string_view word);

  friend bool operator==(const Setup&, const Setup&) = default;

 private:
  std::size_t Place(Field field) const { return places_[static_cast<std::size_t>(field)]; }

  std::array<std::uint8_t, kFieldCount> places_{};
};

/// Says whether a server of TLS 1.3 either takes the group that its client began with or asks for
/// one that it likes better: libraries differ there (known_differences.cc), and behind a second
/// round of hellos no call by hand comes to the same.
bool OrderOfGroupsDecides(const Setup& setup);

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_DIFFERENTIAL_SETUP_H_
