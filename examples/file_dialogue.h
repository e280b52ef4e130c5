// Serves files over HTTP/1.1: GET and HEAD, keep-alive, no way out of the root.
//
// It does badly: no ranges, no caching, no dates, no compression, no listing of folders. Files are
// read with pread(2) in bounded pieces; a cold disk still makes the loop wait for one.

#ifndef TANDEM_EXAMPLES_FILE_DIALOGUE_H_
#define TANDEM_EXAMPLES_FILE_DIALOGUE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "examples/dialogue.h"
#include "examples/http.h"
#include "examples/net.h"
#include "tandem/result.h"

namespace tandem_examples {

/// A folder whose files are served. Shared by all clients of a loop.
class FileTree {
 public:
  /// A file that was opened, or the status that says why not.
  struct Opened {
    int status = 404;  ///< 200: `file` is open. 301: a folder was asked for without its slash.
    Descriptor file;
    std::uint64_t size = 0;
    std::string name;
  };

  static tandem::Result<FileTree> Open(const std::string& root);

  /// Opens a regular file, "index.html" for a folder. Symbolic links are not followed: what is
  /// served is what is below the root, whoever may write there.
  Opened Find(const std::vector<std::string>& segments) const;

 private:
  explicit FileTree(Descriptor root) : root_(std::move(root)) {}

  Descriptor root_;
};

/// How responses are made.
struct FileRules {
  /// End each response with the connection, as HTTP/1.0 did, and leave out its length. Only
  /// close_notify then tells the end from a cut: for tests of clients.
  bool until_close = false;
};

/// One client's requests and our responses, one after the other.
class FileDialogue final : public Dialogue {
 public:
  /// Bytes of a file that are read at a time: four full records.
  static constexpr std::size_t kPieceBytes = 65536;

  FileDialogue(const FileTree& files, const FileRules& rules) : files_(files), rules_(rules) {}

  bool wants_input() const override { return !finished_ && !responding_; }
  void TakeInput(std::span<const std::byte> input) override;
  void TakeEnd() override;
  std::span<const std::byte> Output() override;
  void Consume(std::size_t bytes) override;
  bool finished() const override { return finished_; }
  bool whole() const override { return whole_; }

 private:
  void TryRequest();
  void Respond(const Request& request);
  void RespondWithStatus(int status, bool with_body, const std::string& more_fields = "");
  void BeginResponse(int status, std::string_view type, std::uint64_t size,
                     const std::string& more_fields);
  void ReadPiece();
  void EndResponse();

  const FileTree& files_;
  const FileRules rules_;
  std::string input_;  // What has come of the next request, and of those behind it.
  bool ended_ = false;
  bool responding_ = false;
  bool keep_alive_ = false;
  bool finished_ = false;
  bool whole_ = true;
  std::vector<std::byte> piece_;  // What is to be sent next; said_ bytes of it have been.
  std::size_t said_ = 0;
  Descriptor file_;
  std::uint64_t file_offset_ = 0;
  std::uint64_t file_left_ = 0;
};

}  // namespace tandem_examples

#endif  // TANDEM_EXAMPLES_FILE_DIALOGUE_H_
