#include "tandem/pem.h"

#include <cstdint>
#include <fstream>
#include <optional>
#include <utility>

namespace tandem {
namespace {

constexpr std::string_view kBegin = "-----BEGIN ";
constexpr std::string_view kEnd = "-----END ";
constexpr std::string_view kDashes = "-----";

Error AtLine(std::size_t line, const std::string& what) {
  return MakeError(ErrorKind::kMisuse, "PEM text, line " + std::to_string(line) + ": " + what);
}

// Takes the next line off `text`, without its end.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ' || line.back() == '\t')) {
    line.remove_suffix(1);
  }
  return line;
}

// Returns the label of a line such as "-----BEGIN CERTIFICATE-----".
std::optional<std::string_view> LabelOf(std::string_view line, std::string_view start) {
  if (line.size() < start.size() + kDashes.size()) return std::nullopt;
  if (line.substr(0, start.size()) != start) return std::nullopt;
  if (line.substr(line.size() - kDashes.size()) != kDashes) return std::nullopt;
  return line.substr(start.size(), line.size() - start.size() - kDashes.size());
}

int SextetOf(char c) {
  if (c >= 'A' && c <= 'Z') return c - 'A';
  if (c >= 'a' && c <= 'z') return c - 'a' + 26;
  if (c >= '0' && c <= '9') return c - '0' + 52;
  if (c == '+') return 62;
  return c == '/' ? 63 : -1;
}

// Decodes base64 (RFC 4648 section 4) as it comes, line by line.
class Base64 {
 public:
  bool Add(std::string_view line) {
    for (const char c : line) {
      if (c == '=') {
        ++padding_;
        continue;
      }
      const int sextet = SextetOf(c);
      if (sextet < 0 || padding_ > 0) return false;
      bits_ = bits_ << 6 | static_cast<std::uint32_t>(sextet);
      if (++sextets_ % 4 == 0) Emit(3);
    }
    return true;
  }

  std::optional<std::vector<std::byte>> Finish() {
    const std::size_t open = sextets_ % 4;
    const std::size_t expected_padding = open == 0 ? 0 : 4 - open;
    if (open == 1 || padding_ != expected_padding) return std::nullopt;
    if (open > 0) {
      bits_ <<= 6 * (4 - open);
      Emit(open - 1);
    }
    return std::move(bytes_);
  }

 private:
  void Emit(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      bytes_.push_back(static_cast<std::byte>(bits_ >> (16 - 8 * i) & 0xFF));
    }
    bits_ = 0;
  }

  std::vector<std::byte> bytes_;
  std::uint32_t bits_ = 0;
  std::size_t sextets_ = 0;
  std::size_t padding_ = 0;
};

// Reads one block whose BEGIN line has just been taken; `line` counts on.
Result<PemBlock> ReadBlock(std::string_view label, std::string_view& text, std::size_t& line) {
  const std::size_t begin_line = line;
  Base64 base64;
  while (!text.empty()) {
    const std::string_view content = TakeLine(text);
    ++line;
    if (const auto end = LabelOf(content, kEnd)) {
      if (*end != label) return AtLine(line, "this END belongs to another BEGIN");
      std::optional<std::vector<std::byte>> der = base64.Finish();
      if (!der.has_value()) return AtLine(line, "the base64 text before this END is incomplete");
      return PemBlock{std::string(label), std::move(*der)};
    }
    if (content.find(':') != std::string_view::npos) {
      return AtLine(line,
                    "headers in a PEM block (the old key encryption) are not supported; "
                    "convert the key with: openssl pkcs8 -topk8 -nocrypt");
    }
    if (!base64.Add(content)) return AtLine(line, "this is not base64");
  }
  return AtLine(begin_line, "this BEGIN has no END");
}

Result<std::vector<std::vector<std::byte>>> ReadBlocks(std::string_view text,
                                                       std::string_view label,
                                                       const char* nothing_found) {
  Result<std::vector<PemBlock>> blocks = ReadPem(text);
  if (!blocks.ok()) return std::move(blocks).error();
  std::vector<std::vector<std::byte>> found;
  for (PemBlock& block : *blocks) {
    if (block.label == label) found.push_back(std::move(block.der));
  }
  if (found.empty()) return MakeError(ErrorKind::kMisuse, nothing_found);
  return found;
}

}  // namespace

Result<std::vector<PemBlock>> ReadPem(std::string_view text) {
  std::vector<PemBlock> blocks;
  std::size_t line = 0;
  while (!text.empty()) {
    const std::string_view content = TakeLine(text);
    ++line;
    const auto label = LabelOf(content, kBegin);
    if (!label.has_value()) continue;
    Result<PemBlock> block = ReadBlock(*label, text, line);
    if (!block.ok()) return std::move(block).error();
    blocks.push_back(std::move(block).value());
  }
  return blocks;
}

Result<std::vector<std::vector<std::byte>>> ReadPemCertificates(std::string_view text) {
  return ReadBlocks(text, "CERTIFICATE", "the text holds no certificate");
}

Result<std::vector<std::vector<std::byte>>> ReadPemRevocationLists(std::string_view text) {
  return ReadBlocks(text, "X509 CRL", "the text holds no revocation list");
}

std::optional<std::vector<std::byte>> ReadBase64(std::string_view text) {
  Base64 base64;
  if (!base64.Add(text)) return std::nullopt;
  return base64.Finish();
}

Result<std::string> ReadTextFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return MakeError(ErrorKind::kMisuse, "cannot open the file " + path);
  std::string text(kFileLimit + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad() || (file.gcount() == 0 && !file.eof())) {
    return MakeError(ErrorKind::kMisuse, "cannot read the file " + path);
  }
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kFileLimit) {
    return MakeError(ErrorKind::kMisuse, "the file " + path + " is larger than 1 MiB");
  }
  return text;
}

}  // namespace tandem
