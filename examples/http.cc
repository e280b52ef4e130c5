#include "examples/http.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "examples/flags.h"

namespace tandem_examples {
namespace {

// A chunk's size with its extensions, or one trailer field.
constexpr std::size_t kChunkLineLimit = 4096;

constexpr std::string_view kScheme = "https://";

constexpr std::array<std::pair<std::string_view, std::string_view>, 12> kContentTypes = {{
    {".html", "text/html; charset=utf-8"},
    {".txt", "text/plain; charset=utf-8"},
    {".md", "text/plain; charset=utf-8"},
    {".css", "text/css; charset=utf-8"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".png", "image/png"},
    {".jpg", "image/jpeg"},
    {".svg", "image/svg+xml"},
    {".ico", "image/x-icon"},
    {".pdf", "application/pdf"},
    {".wasm", "application/wasm"},
}};

std::string LowerCase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return lower;
}

std::string_view Trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

template <typename T>
std::optional<T> ParseNumber(std::string_view text, int base) {
  T number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// Takes the next line off `text`, without its end.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

// A control character in a head is a mistake or an attempt to smuggle something.
bool IsPrintable(std::string_view line) {
  return std::none_of(line.begin(), line.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

}  // namespace

std::optional<Url> ParseUrl(std::string_view text) {
  if (LowerCase(text.substr(0, kScheme.size())) != kScheme) return std::nullopt;
  text.remove_prefix(kScheme.size());
  text = text.substr(0, text.find('#'));
  const std::size_t end = text.find_first_of("/?");
  const std::string_view authority = text.substr(0, end);
  // A user name is a favourite of phishers and of no use here.
  if (authority.find('@') != std::string_view::npos || !IsPrintable(text)) return std::nullopt;
  if (text.find(' ') != std::string_view::npos) return std::nullopt;
  auto endpoint = ParseEndpoint(authority, "443");
  if (!endpoint.has_value()) return std::nullopt;
  std::string target(end == std::string_view::npos ? "/" : text.substr(end));
  if (target.front() == '?') target.insert(0, "/");
  return Url{*std::move(endpoint), std::move(target)};
}

std::optional<std::string> PercentDecode(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    const auto byte = ParseNumber<std::uint8_t>(text.substr(i + 1, 2), 16);
    if (!byte.has_value() || i + 2 >= text.size()) return std::nullopt;
    decoded += static_cast<char>(*byte);
    i += 2;
  }
  return decoded;
}

const std::string* Head::Find(std::string_view name) const {
  for (const auto& field : fields) {
    if (field.first == name) return &field.second;
  }
  return nullptr;
}

bool Head::HasToken(std::string_view name, std::string_view token) const {
  for (const auto& field : fields) {
    if (field.first != name) continue;
    for (const std::string& piece : SplitList(field.second)) {
      if (LowerCase(Trim(piece)) == token) return true;
    }
  }
  return false;
}

std::size_t FindHead(std::string_view text) {
  // Bare line feeds too (RFC 9112 section 2.2).
  for (std::size_t end = text.find('\n'); end != std::string_view::npos;
       end = text.find('\n', end + 1)) {
    const std::string_view rest = text.substr(end + 1);
    if (rest.starts_with('\n')) return end + 2;
    if (rest.starts_with("\r\n")) return end + 3;
  }
  return 0;
}

std::optional<Head> ParseHead(std::string_view text) {
  Head head;
  head.start_line = TakeLine(text);
  if (head.start_line.empty() || !IsPrintable(head.start_line)) return std::nullopt;
  while (!text.empty()) {
    const std::string_view line = TakeLine(text);
    if (line.empty()) break;
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos || colon == 0 || !IsPrintable(line)) return std::nullopt;
    // A space before the colon, or a line that goes on from the one before, has been a way to
    // smuggle requests past proxies (RFC 9112 section 5.1).
    if (line.substr(0, colon).find_first_of(" \t") != std::string_view::npos) return std::nullopt;
    head.fields.emplace_back(LowerCase(line.substr(0, colon)), Trim(line.substr(colon + 1)));
  }
  return head;
}

std::optional<Request> ParseRequest(std::string_view text) {
  const auto head = ParseHead(text);
  if (!head.has_value()) return std::nullopt;
  const std::string_view line = head->start_line;
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == 0 || last <= first + 1) return std::nullopt;
  const std::string_view protocol = line.substr(last + 1);
  Request request;
  request.method = line.substr(0, first);
  request.target = line.substr(first + 1, last - first - 1);
  if (request.target.find(' ') != std::string::npos) return std::nullopt;
  if (protocol == "HTTP/1.1") {
    if (head->Find("host") == nullptr) return std::nullopt;  // RFC 9112 section 3.2.
    request.keep_alive = !head->HasToken("connection", "close");
  } else if (protocol == "HTTP/1.0") {
    request.keep_alive = head->HasToken("connection", "keep-alive");
  } else {
    return std::nullopt;
  }
  const std::string* length = head->Find("content-length");
  request.has_body =
      head->Find("transfer-encoding") != nullptr || (length != nullptr && *length != "0");
  return request;
}

std::optional<std::vector<std::string>> TargetSegments(std::string_view target) {
  if (LowerCase(target.substr(0, kScheme.size())) == kScheme) {  // RFC 9112 section 3.2.2.
    const std::size_t slash = target.find('/', kScheme.size());
    target = slash == std::string_view::npos ? "/" : target.substr(slash);
  }
  if (!target.starts_with('/')) return std::nullopt;
  target = target.substr(0, target.find_first_of("?#"));
  std::vector<std::string> segments;
  while (!target.empty()) {
    target.remove_prefix(1);
    const std::size_t slash = target.find('/');
    // Split first, decode then: an encoded slash is part of a name, and no file has one.
    const auto segment = PercentDecode(target.substr(0, slash));
    target.remove_prefix(slash == std::string_view::npos ? target.size() : slash);
    if (!segment.has_value() || *segment == "..") return std::nullopt;
    if (segment->find('/') != std::string::npos) return std::nullopt;
    if (segment->find('\0') != std::string::npos) return std::nullopt;
    if ((segment->empty() || *segment == ".") && !target.empty()) continue;
    segments.push_back(*segment == "." ? "" : *segment);
  }
  return segments;
}

std::string_view ContentType(std::string_view name) {
  const std::string lower = LowerCase(name);
  for (const auto& [ending, type] : kContentTypes) {
    if (lower.ends_with(ending)) return type;
  }
  return "application/octet-stream";
}

// --- Responses -----------------------------------------------------------------------------------

ResponseReader::State ResponseReader::Feed(std::string_view bytes) {
  if (state_ == State::kHead) {
    pending_ += bytes;
    TakeHead();
    return state_;
  }
  TakeBody(bytes);
  return state_;
}

ResponseReader::State ResponseReader::Break(std::string complaint) {
  complaint_ = std::move(complaint);
  state_ = State::kBroken;
  return state_;
}

void ResponseReader::TakeHead() {
  while (state_ == State::kHead) {
    const std::size_t size = FindHead(pending_);
    if (size == 0 || size > kHeadLimit) {
      if (pending_.size() > kHeadLimit) Break("its head is longer than any server's");
      return;
    }
    const auto head = ParseHead(std::string_view(pending_).substr(0, size));
    const std::string rest = pending_.substr(size);
    pending_.clear();
    if (!head.has_value() || !head->start_line.starts_with("HTTP/1.")) {
      Break("it does not begin as a response of HTTP/1.x does");
      return;
    }
    const std::string_view line = head->start_line;
    const std::size_t space = std::min(line.find(' '), line.size() - 1);
    const int status = ParseNumber<int>(line.substr(space + 1, 3), 10).value_or(0);
    if (status < 100) {
      Break("its status line has no status");
      return;
    }
    if (status < 200) {  // "100 Continue" and its like stand before the response.
      pending_ = rest;
      continue;
    }
    status_ = status;
    TakeFraming(*head);
    if (state_ == State::kBody || state_ == State::kToEnd) TakeBody(rest);
  }
}

// RFC 9112 section 6.3.
void ResponseReader::TakeFraming(const Head& head) {
  if (status_ == 204 || status_ == 304) {
    state_ = State::kDone;
    return;
  }
  if (head.Find("transfer-encoding") != nullptr) {
    chunked_ = head.HasToken("transfer-encoding", "chunked");
    state_ = chunked_ ? State::kBody : State::kToEnd;
    return;
  }
  for (const auto& [name, value] : head.fields) {
    if (name != "content-length") continue;
    const auto length = ParseNumber<std::uint64_t>(value, 10);
    if (!length.has_value() || (promised_.has_value() && *promised_ != *length)) {
      Break("its Content-Length makes no sense");
      return;
    }
    promised_ = length;
  }
  if (!promised_.has_value()) {
    state_ = State::kToEnd;
  } else {
    state_ = *promised_ == 0 ? State::kDone : State::kBody;
  }
}

void ResponseReader::TakeBody(std::string_view bytes) {
  if (bytes.empty() || (state_ != State::kBody && state_ != State::kToEnd)) return;
  if (chunked_) {
    TakeChunks(bytes);
    return;
  }
  if (promised_.has_value()) bytes = bytes.substr(0, *promised_ - received_);
  received_ += bytes.size();
  sink_(bytes);
  if (promised_.has_value() && received_ == *promised_) state_ = State::kDone;
}

void ResponseReader::TakeChunks(std::string_view bytes) {
  while (!bytes.empty() && state_ == State::kBody) {
    if (chunk_part_ == ChunkPart::kContent) {
      const std::string_view piece = bytes.substr(0, chunk_left_);
      bytes.remove_prefix(piece.size());
      chunk_left_ -= piece.size();
      received_ += piece.size();
      sink_(piece);
      if (chunk_left_ == 0) chunk_part_ = ChunkPart::kEndOfContent;
      continue;
    }
    const std::size_t end = bytes.find('\n');
    pending_ += bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (pending_.size() > kChunkLineLimit) {
      Break("a line between its chunks is too long");
    } else if (end != std::string_view::npos) {
      std::string_view line = pending_;
      if (line.ends_with('\r')) line.remove_suffix(1);
      TakeChunkLine(line);
      pending_.clear();
    }
  }
}

void ResponseReader::TakeChunkLine(std::string_view line) {
  switch (chunk_part_) {
    case ChunkPart::kSize: {
      const auto size = ParseNumber<std::uint64_t>(Trim(line.substr(0, line.find(';'))), 16);
      if (!size.has_value()) {
        Break("the size of a chunk is not a number");
        return;
      }
      chunk_left_ = *size;
      chunk_part_ = *size == 0 ? ChunkPart::kTrailer : ChunkPart::kContent;
      return;
    }
    case ChunkPart::kEndOfContent:
      if (!line.empty()) Break("a chunk is longer than it said");
      chunk_part_ = ChunkPart::kSize;
      return;
    case ChunkPart::kTrailer:
      if (line.empty()) state_ = State::kDone;
      return;
    case ChunkPart::kContent: return;
  }
}

}  // namespace tandem_examples
