#include "examples/file_dialogue.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "gtest/gtest.h"

namespace tandem_examples {
namespace {

class FileDialogueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "/files.XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern + "/root";
    ::mkdir(root_.c_str(), 0700);
    ::mkdir((root_ + "/folder").c_str(), 0700);
    Put("plain.txt", "plain");
    Put("with space.txt", "spaced");
    Put("empty.txt", "");
    Put("folder/index.html", "<p>index");
    Put("../secret.txt", "secret");
    ASSERT_EQ(::symlink("../secret.txt", (root_ + "/link.txt").c_str()), 0);
    ASSERT_EQ(::mkfifo((root_ + "/pipe").c_str(), 0600), 0);
    auto files = FileTree::Open(root_);
    ASSERT_TRUE(files.ok());
    files_.emplace(*std::move(files));
  }

  void Put(const std::string& name, std::string_view content) const {
    std::ofstream(root_ + "/" + name, std::ios::binary) << content;
  }

  // Everything that is said to `input`.
  std::string Say(std::string_view input, const FileRules& rules = {}) {
    FileDialogue dialogue(*files_, rules);
    dialogue.TakeInput(std::as_bytes(std::span(input)));
    std::string output = Drain(dialogue, 100'000);
    finished_ = dialogue.finished();
    whole_ = dialogue.whole();
    return output;
  }

  static std::string Drain(FileDialogue& dialogue, std::size_t step) {
    std::string output;
    while (true) {
      const auto piece = dialogue.Output();
      if (piece.empty()) return output;
      const auto taken = piece.first(std::min(step, piece.size()));
      output.append(reinterpret_cast<const char*>(taken.data()), taken.size());
      dialogue.Consume(taken.size());
    }
  }

  static std::string Get(const std::string& target) {
    return "GET " + target + " HTTP/1.1\r\nHost: x\r\n\r\n";
  }

  static int Status(const std::string& response) {
    return response.size() < 12 ? 0 : std::atoi(response.substr(9, 3).c_str());
  }

  static std::string Body(const std::string& response) {
    const std::size_t size = FindHead(response);
    return size == 0 ? "(none)" : response.substr(size);
  }

  std::string root_;
  std::optional<FileTree> files_;
  bool finished_ = false;
  bool whole_ = false;
};

TEST_F(FileDialogueTest, ServesFilesAndFolders) {
  EXPECT_EQ(Body(Say(Get("/plain.txt"))), "plain");
  EXPECT_FALSE(finished_);
  EXPECT_EQ(Body(Say(Get("/with%20space.txt"))), "spaced");
  EXPECT_EQ(Body(Say(Get("/empty.txt"))), "");
  EXPECT_EQ(Body(Say(Get("/folder/"))), "<p>index");
  const std::string moved = Say(Get("/folder?x"));
  EXPECT_EQ(Status(moved), 301);
  EXPECT_NE(moved.find("Location: /folder/\r\n"), std::string::npos);
}

TEST_F(FileDialogueTest, FindsNothingThatIsNotAFileBelowTheRoot) {
  for (const char* target : {"/nothing", "/link.txt", "/pipe", "/", "/plain.txt/", "/plain.txt/x",
                             "/folder/nothing", "/folder/index.html/"}) {
    EXPECT_EQ(Status(Say(Get(target))), 404) << target;
    EXPECT_FALSE(finished_) << target;
  }
  for (const char* target : {"/../secret.txt", "/%2e%2e/secret.txt", "/folder/../../secret.txt"}) {
    EXPECT_EQ(Status(Say(Get(target))), 400) << target;
    EXPECT_TRUE(finished_) << target;
  }
}

TEST_F(FileDialogueTest, AnswersHeadWithoutABody) {
  const std::string response = Say("HEAD /plain.txt HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(Status(response), 200);
  EXPECT_NE(response.find("Content-Length: 5\r\n"), std::string::npos);
  EXPECT_EQ(Body(response), "");
  EXPECT_EQ(Body(Say("HEAD /nothing HTTP/1.1\r\nHost: x\r\n\r\n")), "");
}

TEST_F(FileDialogueTest, RefusesOtherMethodsAndOtherProtocols) {
  const std::string refused = Say("DELETE /plain.txt HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(Status(refused), 405);
  EXPECT_NE(refused.find("Allow: GET, HEAD\r\n"), std::string::npos);
  EXPECT_EQ(Status(Say("hello\r\n\r\n")), 400);
  EXPECT_TRUE(finished_);
  EXPECT_EQ(Status(Say(std::string(kHeadLimit + 1, 'x'))), 431);
  EXPECT_TRUE(finished_);
}

TEST_F(FileDialogueTest, AnswersRequestsThatCameTogetherInOrder) {
  const std::string both = Say(Get("/plain.txt") + Get("/with%20space.txt"));
  const std::size_t second = both.find("HTTP/1.1", 1);
  ASSERT_NE(second, std::string::npos);
  EXPECT_EQ(Body(both.substr(0, second)), "plain");
  EXPECT_EQ(Body(both.substr(second)), "spaced");
}

TEST_F(FileDialogueTest, SendsALargeFileWholeInAnyPieces) {
  std::string content;
  for (int i = 0; content.size() < 3 * FileDialogue::kPieceBytes; ++i) content += std::to_string(i);
  Put("large.bin", content);
  for (const std::size_t step : {std::size_t{1000}, std::size_t{65536}, std::size_t{1} << 20}) {
    FileDialogue dialogue(*files_, {});
    const std::string request = Get("/large.bin");
    dialogue.TakeInput(std::as_bytes(std::span(request)));
    EXPECT_EQ(Body(Drain(dialogue, step)), content) << step;
  }
}

TEST_F(FileDialogueTest, AFileThatShrinksIsNotWhole) {
  Put("large.bin", std::string(3 * FileDialogue::kPieceBytes, 'x'));
  FileDialogue dialogue(*files_, {});
  const std::string request = Get("/large.bin");
  dialogue.TakeInput(std::as_bytes(std::span(request)));
  dialogue.Consume(dialogue.Output().size());
  Put("large.bin", "short");
  Drain(dialogue, 100'000);
  EXPECT_TRUE(dialogue.finished());
  EXPECT_FALSE(dialogue.whole());
}

TEST_F(FileDialogueTest, EndsWithTheConnectionWhenToldTo) {
  const std::string response = Say(Get("/plain.txt"), {.until_close = true});
  EXPECT_EQ(response.find("Content-Length"), std::string::npos);
  EXPECT_EQ(Body(response), "plain");
  EXPECT_TRUE(finished_);
  EXPECT_TRUE(whole_);
}

TEST_F(FileDialogueTest, AnswersAClientThatHasClosedItsHalf) {
  FileDialogue dialogue(*files_, {});
  const std::string request = Get("/plain.txt");
  dialogue.TakeInput(std::as_bytes(std::span(request)));
  dialogue.TakeEnd();
  EXPECT_FALSE(dialogue.finished());
  EXPECT_EQ(Body(Drain(dialogue, 3)), "plain");
  EXPECT_TRUE(dialogue.finished());
}

}  // namespace
}  // namespace tandem_examples
