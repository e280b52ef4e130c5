#include "examples/file_dialogue.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <utility>

namespace tandem_examples {
namespace {

std::string_view StatusText(int status) {
  switch (status) {
    case 200: return "OK";
    case 301: return "Moved Permanently";
    case 400: return "Bad Request";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 431: return "Request Header Fields Too Large";
    case 503: return "Service Unavailable";
    default: return "Internal Server Error";
  }
}

}  // namespace

// --- Files ---------------------------------------------------------------------------------------

tandem::Result<FileTree> FileTree::Open(const std::string& root) {
  Descriptor folder(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (folder.is_open()) return FileTree(std::move(folder));
  tandem::Error error =
      tandem::MakeError(tandem::ErrorKind::kMisuse, "cannot serve the folder '" + root + "'");
  error.system_error = errno;
  return error;
}

FileTree::Opened FileTree::Find(const std::vector<std::string>& segments) const {
  Opened opened;
  // One segment at a time, and none of them a link: no name can lead out, not even while somebody
  // is moving folders about.
  Descriptor folder;
  for (std::size_t i = 0; i < segments.size(); ++i) {
    const int above = folder.is_open() ? folder.number() : root_.number();
    const bool is_last = i + 1 == segments.size();
    opened.name = segments[i].empty() ? "index.html" : segments[i];
    // O_NONBLOCK: opening a named pipe would wait for its writer.
    const int flags = O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | (is_last ? 0 : O_DIRECTORY);
    Descriptor next(::openat(above, opened.name.c_str(), flags));
    if (!next.is_open()) {
      if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) opened.status = 503;
      return opened;
    }
    folder = std::move(next);
  }
  struct stat facts {};
  if (!folder.is_open() || ::fstat(folder.number(), &facts) != 0) return opened;
  if (S_ISDIR(facts.st_mode)) {
    opened.status = 301;
  } else if (S_ISREG(facts.st_mode)) {
    opened.status = 200;
    opened.file = std::move(folder);
    opened.size = static_cast<std::uint64_t>(facts.st_size);
  }
  return opened;
}

// --- Requests ------------------------------------------------------------------------------------

void FileDialogue::TakeInput(std::span<const std::byte> input) {
  input_.append(reinterpret_cast<const char*>(input.data()), input.size());
  TryRequest();
}

void FileDialogue::TakeEnd() {
  ended_ = true;
  // A client may close its half behind the request and still listen.
  if (!responding_) finished_ = true;
}

void FileDialogue::TryRequest() {
  const std::size_t size = FindHead(input_);
  if (size > kHeadLimit || (size == 0 && input_.size() > kHeadLimit)) {
    keep_alive_ = false;
    RespondWithStatus(431, true);
    return;
  }
  if (size == 0) return;
  const auto request = ParseRequest(std::string_view(input_).substr(0, size));
  input_.erase(0, size);
  if (!request.has_value()) {
    keep_alive_ = false;
    RespondWithStatus(400, true);
    return;
  }
  Respond(*request);
}

void FileDialogue::Respond(const Request& request) {
  // The body of a request would have to be skipped before the next: not worth it here.
  keep_alive_ = request.keep_alive && !request.has_body && !rules_.until_close;
  const bool is_head = request.method == "HEAD";
  if (request.method != "GET" && !is_head) {
    RespondWithStatus(405, true, "Allow: GET, HEAD\r\n");
    return;
  }
  const auto segments = TargetSegments(request.target);
  if (!segments.has_value()) {
    keep_alive_ = false;
    RespondWithStatus(400, !is_head);
    return;
  }
  FileTree::Opened opened = files_.Find(*segments);
  if (opened.status == 301) {
    const std::size_t path = request.target.find_first_of("?#");
    RespondWithStatus(301, !is_head, "Location: " + request.target.substr(0, path) + "/\r\n");
    return;
  }
  if (opened.status != 200) {
    RespondWithStatus(opened.status, !is_head);
    return;
  }
  BeginResponse(200, ContentType(opened.name), opened.size, "");
  if (is_head) return;
  file_ = std::move(opened.file);
  file_offset_ = 0;
  file_left_ = opened.size;
}

void FileDialogue::RespondWithStatus(int status, bool with_body, const std::string& more_fields) {
  const std::string body = std::to_string(status) + " " + std::string(StatusText(status)) + "\n";
  BeginResponse(status, "text/plain; charset=utf-8", body.size(), more_fields);
  if (!with_body) return;
  const auto bytes = std::as_bytes(std::span(body));
  piece_.insert(piece_.end(), bytes.begin(), bytes.end());
}

// --- Responses -----------------------------------------------------------------------------------

void FileDialogue::BeginResponse(int status, std::string_view type, std::uint64_t size,
                                 const std::string& more_fields) {
  responding_ = true;
  std::string head = "HTTP/1.1 " + std::to_string(status) + " " + std::string(StatusText(status));
  head += "\r\nContent-Type: " + std::string(type) + "\r\nX-Content-Type-Options: nosniff\r\n";
  head += more_fields;
  if (!rules_.until_close) head += "Content-Length: " + std::to_string(size) + "\r\n";
  if (!keep_alive_) head += "Connection: close\r\n";
  head += "\r\n";
  const auto bytes = std::as_bytes(std::span(head));
  piece_.assign(bytes.begin(), bytes.end());
  said_ = 0;
}

std::span<const std::byte> FileDialogue::Output() {
  if (!responding_) return {};
  if (said_ == piece_.size() && file_left_ > 0) {
    piece_.clear();
    said_ = 0;
  }
  // A head leaves together with the beginning of its file.
  if (said_ == 0 && file_left_ > 0) ReadPiece();
  return std::span<const std::byte>(piece_).subspan(said_);
}

void FileDialogue::ReadPiece() {
  const std::size_t before = piece_.size();
  if (before >= kPieceBytes) return;
  const std::size_t wanted = std::min<std::uint64_t>(file_left_, kPieceBytes - before);
  piece_.resize(before + wanted);
  ssize_t got = -1;
  do {
    got = ::pread(file_.number(), piece_.data() + before, wanted, static_cast<off_t>(file_offset_));
  } while (got < 0 && errno == EINTR);
  if (got <= 0) {
    // The file became shorter than we promised, or the disk failed.
    piece_.resize(before);
    whole_ = false;
    keep_alive_ = false;
    file_left_ = 0;
    if (before == 0) EndResponse();
    return;
  }
  const auto size = static_cast<std::size_t>(got);
  piece_.resize(before + size);
  file_offset_ += size;
  file_left_ -= size;
}

void FileDialogue::Consume(std::size_t bytes) {
  said_ += bytes;
  if (said_ == piece_.size() && file_left_ == 0) EndResponse();
}

void FileDialogue::EndResponse() {
  responding_ = false;
  file_.Close();
  piece_ = {};  // An idle client keeps no buffer.
  said_ = 0;
  if (!keep_alive_) {
    finished_ = true;
    return;
  }
  TryRequest();  // A client may have asked twice at once.
  if (ended_ && !responding_) finished_ = true;
}

}  // namespace tandem_examples
