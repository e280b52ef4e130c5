#include "conformance/differential/script.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "tandem/error.h"

namespace tandem::conformance {
namespace {

constexpr WhatInfo kWhats[] = {
    {What::kHandshake, "handshake", 'e', false},
    {What::kRead, "read", 'e', true},
    {What::kReadAll, "read_all", 'e', false},
    {What::kWrite, "write", 'e', true},
    {What::kFlush, "flush", 'e', false},
    {What::kShutdown, "shutdown", 'e', false},
    {What::kRekey, "rekey", 'e', false},
    {What::kRekeyBoth, "rekey_both", 'e', false},
    {What::kHandleEvents, "handle_events", 'e', false},
    {What::kEvents, "events", 'e', false},
    {What::kInfo, "info", 'e', false},
    {What::kExport, "export", 'e', true},
    {What::kBinding, "binding", 'e', true},
    {What::kAbandon, "abandon", 'e', false},
    {What::kHold, "hold", 'l', false},
    {What::kPass, "pass", 'l', true},
    {What::kRelease, "release", 'l', false},
    {What::kBlock, "block", 'l', true},
    {What::kUnblock, "unblock", 'l', false},
    {What::kChop, "chop", 'l', true},
    {What::kCut, "cut", 'l', false},
    {What::kFailReceive, "fail_receive", 'l', true},
    {What::kFailSend, "fail_send", 'l', true},
    {What::kFlip, "flip", 'l', true},
    {What::kForge, "forge", 'l', true},
    {What::kReplay, "replay", 'l', false},
    {What::kLose, "lose", 'l', false},
    {What::kSettle, "settle", 'w', false},
    {What::kRun, "run", 'w', false},
    {What::kAdvance, "advance", 'w', true},
};

constexpr std::string_view kSpaces = " \t\r\n";

std::string_view Trim(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpaces);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpaces) - begin + 1);
}

Error Wrong(std::string_view item, const std::string& why) {
  return MakeError(ErrorKind::kMisuse, "\"" + std::string(item) + "\": " + why);
}

std::string Listed(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

std::optional<std::uint32_t> ParseNumber(std::string_view text) {
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Error> ParseField(std::string_view item, Setup& setup) {
  const std::size_t equals = item.find('=');
  const auto field = FieldNamed(Trim(item.substr(0, equals)));
  if (!field.has_value()) return Wrong(item, "there is no such field");
  if (setup.Choose(*field, Trim(item.substr(equals + 1)))) return std::nullopt;
  return Wrong(item, "it can be " + Listed(ChoicesOf(*field)));
}

// The actor and the number in front of the dot.
std::optional<Error> ParseActor(std::string_view item, std::string_view subject, Action& action) {
  const std::size_t letters = std::min(subject.find_first_of("0123456789"), subject.size());
  const auto actor = std::find_if(kActors.begin(), kActors.end(), [&](Actor candidate) {
    return NameOf(candidate) == subject.substr(0, letters);
  });
  if (actor == kActors.end()) return Wrong(item, "it must begin with c, s, up, down or w");
  const auto number = ParseNumber(subject.substr(letters));
  if (!number.has_value() || *number >= kConnectionLimit) {
    return Wrong(item, "a connection from 0 to 3 must be named before the dot");
  }
  action.actor = *actor;
  action.connection = static_cast<std::uint8_t>(*number);
  return std::nullopt;
}

std::optional<Error> ParseAction(std::string_view item, Action& action) {
  const std::size_t dot = item.find('.');
  if (dot == std::string_view::npos) return Wrong(item, "neither FIELD=WORD nor ACTOR.ACTION");
  if (auto error = ParseActor(item, item.substr(0, dot), action)) return error;
  const std::string_view rest = item.substr(dot + 1);
  const std::size_t space = std::min(rest.find(' '), rest.size());
  const auto info = std::find_if(
      std::begin(kWhats), std::end(kWhats),
      [&](const WhatInfo& candidate) { return candidate.name == rest.substr(0, space); });
  if (info == std::end(kWhats)) return Wrong(item, "there is no such action");
  action.what = info->what;
  if (!Fits(action.what, action.actor)) {
    return Wrong(item, "that is not done to " + std::string(NameOf(action.actor)));
  }
  const std::string_view size = Trim(rest.substr(space));
  if (size.empty() == info->has_size) {
    return Wrong(item, info->has_size ? "a size is missing" : "it has no size");
  }
  if (!info->has_size) return std::nullopt;
  const auto number = ParseNumber(size);
  if (!number.has_value()) return Wrong(item, "the size is not a number");
  action.size = *number;
  return std::nullopt;
}

}  // namespace

std::string_view NameOf(Actor actor) {
  switch (actor) {
    case Actor::kClient: return "c";
    case Actor::kServer: return "s";
    case Actor::kUp: return "up";
    case Actor::kDown: return "down";
    case Actor::kConnection: return "w";
  }
  return "";
}

std::span<const WhatInfo> AllWhats() { return kWhats; }

const WhatInfo& InfoOf(What what) { return kWhats[static_cast<std::size_t>(what)]; }

bool Fits(What what, Actor actor) {
  switch (InfoOf(what).to) {
    case 'e': return actor == Actor::kClient || actor == Actor::kServer;
    case 'l': return actor == Actor::kUp || actor == Actor::kDown;
    default: return actor == Actor::kConnection;
  }
}

std::size_t ConnectionsOf(const Script& script) {
  std::size_t count = 1;
  for (const Action& action : script.actions) {
    count = std::max<std::size_t>(count, action.connection + std::size_t{1});
  }
  return count;
}

std::string TextOf(const Action& action) {
  const WhatInfo& info = InfoOf(action.what);
  std::string text = std::string(NameOf(action.actor)) + std::to_string(action.connection) + "." +
                     std::string(info.name);
  if (info.has_size) text += " " + std::to_string(action.size);
  return text;
}

std::string TextOf(const Script& script) {
  std::string text;
  const auto add = [&text](const std::string& item) { text += (text.empty() ? "" : "; ") + item; };
  for (const Field field : AllFields()) {
    if (script.setup.IsPlain(field)) continue;
    add(std::string(NameOf(field)) + "=" + std::string(script.setup[field]));
  }
  for (const Action& action : script.actions) add(TextOf(action));
  return text;
}

Result<Script> ParseScript(std::string_view text) {
  Script script;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view item = Trim(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (item.empty()) continue;
    if (item.find('=') != std::string_view::npos) {
      if (auto error = ParseField(item, script.setup)) return *std::move(error);
      continue;
    }
    if (script.actions.size() == kActionLimit) return Wrong(item, "64 actions are the limit");
    Action action;
    if (auto error = ParseAction(item, action)) return *std::move(error);
    script.actions.push_back(action);
  }
  return script;
}

}  // namespace tandem::conformance
