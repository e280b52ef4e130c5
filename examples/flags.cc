#include "examples/flags.h"

#include <charconv>
#include <utility>

namespace tandem_examples {
namespace {

// Where the explanations begin in Help().
constexpr std::size_t kHelpColumn = 32;

}  // namespace

Flags::Flags(std::string about, std::string footer)
    : about_(std::move(about)), footer_(std::move(footer)) {
  AddSwitch("help", wants_help_, "Print this and exit.");
}

void Flags::AddSwitch(std::string name, bool& target, std::string help) {
  flags_.push_back({std::move(name), "", std::move(help), [&target](std::string_view) {
                      target = true;
                      return std::string();
                    }});
}

void Flags::AddText(std::string name, std::string placeholder, std::string& target,
                    std::string help) {
  AddValue(std::move(name), std::move(placeholder), std::move(help),
           [&target](std::string_view value) {
             target = std::string(value);
             return std::string();
           });
}

void Flags::AddNumber(std::string name, int min, int max, int& target, std::string help) {
  AddValue(std::move(name), "N", std::move(help), [min, max, &target](std::string_view value) {
    int number = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
    const bool whole = error == std::errc() && end == value.data() + value.size();
    if (!whole || number < min || number > max) {
      return "is not a number from " + std::to_string(min) + " to " + std::to_string(max);
    }
    target = number;
    return std::string();
  });
}

void Flags::AddValue(std::string name, std::string placeholder, std::string help, Store store) {
  flags_.push_back({std::move(name), std::move(placeholder), std::move(help), std::move(store)});
}

std::optional<std::string> Flags::Parse(const std::vector<std::string>& arguments) {
  bool flags_ended = false;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    if (argument == "--" && !flags_ended) {
      flags_ended = true;
      continue;
    }
    if (flags_ended || argument.size() < 2 || argument.front() != '-') {
      positional_.push_back(argument);
      continue;
    }
    bool used_next = false;
    const std::string* next = i + 1 < arguments.size() ? &arguments[i + 1] : nullptr;
    if (auto complaint = ParseFlag(argument, next, used_next)) return complaint;
    if (used_next) ++i;
  }
  return std::nullopt;
}

std::optional<std::string> Flags::ParseFlag(std::string_view text, const std::string* next,
                                            bool& used_next) {
  std::string_view name = text.substr(2);
  std::optional<std::string_view> value;
  if (text[1] != '-') {
    const auto known = shorts_.find(text[1]);
    if (known == shorts_.end()) return "there is no flag " + std::string(text.substr(0, 2));
    name = known->second;
    if (text.size() > 2) value = text.substr(2);
  } else if (const std::size_t equals = name.find('='); equals != std::string_view::npos) {
    value = name.substr(equals + 1);
    name = name.substr(0, equals);
  }
  const Flag* flag = Find(name);
  if (flag == nullptr) return "there is no flag --" + std::string(name);
  const bool is_switch = flag->placeholder.empty();
  if (is_switch && value.has_value()) return "--" + flag->name + " takes no value";
  if (!is_switch && !value.has_value()) {
    if (next == nullptr) return "--" + flag->name + " needs a value: " + flag->placeholder;
    value = *next;
    used_next = true;
  }
  const std::string complaint = flag->store(value.value_or(""));
  if (complaint.empty()) return std::nullopt;
  return "--" + flag->name + ": '" + std::string(*value) + "' " + complaint;
}

const Flags::Flag* Flags::Find(std::string_view name) const {
  for (const Flag& flag : flags_) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

std::string Flags::Help() const {
  std::string text = about_;
  text += "\n";
  for (const Flag& flag : flags_) {
    std::string line = "  --" + flag.name;
    if (!flag.placeholder.empty()) line += "=" + flag.placeholder;
    for (const auto& [letter, name] : shorts_) {
      if (name == flag.name) line += std::string(", -") + letter;
    }
    if (line.size() + 2 > kHelpColumn) {
      text += line + "\n";
      line.clear();
    }
    line.resize(kHelpColumn, ' ');
    // A help text of several lines goes on in the same column.
    for (const char c : flag.help) {
      line += c;
      if (c == '\n') line.append(kHelpColumn, ' ');
    }
    text += line + "\n";
  }
  return footer_.empty() ? text : text + "\n" + footer_;
}

std::vector<std::string> SplitList(std::string_view text) {
  std::vector<std::string> pieces;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    if (comma != 0) pieces.emplace_back(text.substr(0, comma));
    text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 1);
  }
  return pieces;
}

}  // namespace tandem_examples
