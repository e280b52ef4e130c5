#include "conformance/world/check.h"

#include <algorithm>
#include <cstdio>
#include <utility>

#include "tandem/alert.h"
#include "tandem/verdict.h"

namespace tandem::conformance {

Bytes BytesOf(std::string_view text) {
  Bytes bytes(text.size());
  std::transform(text.begin(), text.end(), bytes.begin(),
                 [](char c) { return static_cast<std::byte>(c); });
  return bytes;
}

namespace {

std::string Hex(std::byte value) {
  char text[3];
  std::snprintf(text, sizeof(text), "%02x", std::to_integer<unsigned>(value));
  return text;
}

}  // namespace

std::string Show(bool value) { return value ? "true" : "false"; }
std::string Show(std::byte value) { return Hex(value); }
std::string Show(Status value) { return std::string(StatusName(value)); }
std::string Show(ErrorKind value) { return std::string(ErrorKindName(value)); }
std::string Show(Verdict value) { return "\"" + std::string(VerdictText(value)) + "\""; }
std::string Show(Alert value) { return std::string(AlertName(value)); }
std::string Show(Version value) { return std::string(VersionName(value)); }
std::string Show(Event::Type value) { return std::string(EventTypeName(value)); }
std::string Show(std::string_view value) { return "\"" + std::string(value) + "\""; }

std::string Show(const Interest& value) {
  std::string text = "{";
  if (value.now) text += " now";
  if (value.read) text += " read";
  if (value.write) text += " write";
  if (value.async) text += " async";
  return text + " }";
}

std::string Show(engine::AsyncStatus value) {
  switch (value) {
    case engine::AsyncStatus::kUnsupported: return "unsupported";
    case engine::AsyncStatus::kError: return "error";
    case engine::AsyncStatus::kOk: return "ok";
    case engine::AsyncStatus::kAgain: return "again";
  }
  return "?";
}

std::string Show(const Bytes& value) {
  constexpr std::size_t shown_limit = 16;
  std::string text = std::to_string(value.size()) + " bytes";
  for (std::size_t i = 0; i < std::min(value.size(), shown_limit); ++i) {
    text += " " + Hex(value[i]);
  }
  return value.size() > shown_limit ? text + " ..." : text;
}

std::string Show(const Error* value) { return value == nullptr ? "no error" : value->ToString(); }

void Checks::Fail(std::string text, Here here) {
  if (failures_.size() >= kFailureLimit) return;
  for (const std::string& note : notes_) text += "\n  in: " + note;
  failures_.push_back({here.file, here.line, std::move(text)});
}

}  // namespace tandem::conformance
