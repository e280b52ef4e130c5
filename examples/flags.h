// Command line flags for the example programs: declared once, parsed, and listed by --help.
//
// It does badly: no abbreviations, no bundled short flags, no localisation. A real program has a
// library for this; the examples must not need one.

#ifndef TANDEM_EXAMPLES_FLAGS_H_
#define TANDEM_EXAMPLES_FLAGS_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tandem_examples {

/// The flags of one program. Values are written as `--name=value` or `--name value`.
class Flags {
 public:
  /// Stores a value; returns a complaint, or an empty string when the value will do.
  using Store = std::function<std::string(std::string_view value)>;

  /// `about` stands above the list in Help(), `footer` below it.
  Flags(std::string about, std::string footer);

  /// Declares a flag without a value.
  void AddSwitch(std::string name, bool& target, std::string help);

  /// Declares a flag whose value is kept as it is.
  void AddText(std::string name, std::string placeholder, std::string& target, std::string help);

  /// Declares a flag whose value is a decimal number from `min` to `max`.
  void AddNumber(std::string name, int min, int max, int& target, std::string help);

  /// Declares a flag whose value is one of `choices`.
  template <typename T>
  void AddChoice(const std::string& name, const std::vector<std::pair<std::string, T>>& choices,
                 T& target, const std::string& help) {
    std::string words;
    for (const auto& choice : choices) words += (words.empty() ? "" : "|") + choice.first;
    AddValue(name, words, help, [choices, words, &target](std::string_view value) {
      for (const auto& [word, meaning] : choices) {
        if (word != value) continue;
        target = meaning;
        return std::string();
      }
      return "is not one of " + words;
    });
  }

  /// Declares a flag whose value `store` looks at; it may stand several times.
  void AddValue(std::string name, std::string placeholder, std::string help, Store store);

  /// Makes `-c` another way to write `--name`.
  void AddShort(char letter, std::string name) { shorts_[letter] = std::move(name); }

  /// Reads a command line without the program's name. Returns what is wrong with it, or nothing.
  std::optional<std::string> Parse(const std::vector<std::string>& arguments);

  /// Returns what was not a flag, in order.
  const std::vector<std::string>& positional() const { return positional_; }

  /// Says whether --help was asked for.
  bool wants_help() const { return wants_help_; }

  /// Returns the text for --help.
  std::string Help() const;

 private:
  struct Flag {
    std::string name;
    std::string placeholder;  // Empty for a switch.
    std::string help;
    Store store;
  };

  const Flag* Find(std::string_view name) const;
  std::optional<std::string> ParseFlag(std::string_view text, const std::string* next,
                                       bool& used_next);

  std::string about_;
  std::string footer_;
  std::vector<Flag> flags_;
  std::map<char, std::string> shorts_;
  std::vector<std::string> positional_;
  bool wants_help_ = false;
};

/// Splits at commas; empty pieces are dropped.
std::vector<std::string> SplitList(std::string_view text);

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_FLAGS_H_
