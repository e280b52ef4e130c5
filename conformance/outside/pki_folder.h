// The certificates of conformance/pki as files, for programs that want them so.

#ifndef TANDEM_CONFORMANCE_OUTSIDE_PKI_FOLDER_H_
#define TANDEM_CONFORMANCE_OUTSIDE_PKI_FOLDER_H_

#include <set>
#include <string>
#include <string_view>

namespace tandem::conformance {

/// A folder of its own, gone with its object.
class PkiFolder {
 public:
  PkiFolder();
  ~PkiFolder();
  PkiFolder(const PkiFolder&) = delete;
  PkiFolder& operator=(const PkiFolder&) = delete;

  /// Returns the path of a file that holds PkiText(name).
  std::string File(const std::string& name);

  /// Returns the path of a file with what PkiText(name) has behind the leaf; empty if it has
  /// nothing.
  std::string IntermediatesFile(const std::string& name);

 private:
  std::string Write(const std::string& name, std::string_view text);

  std::string path_;
  std::set<std::string> files_;
};

}  // namespace tandem::conformance

#endif  // TANDEM_CONFORMANCE_OUTSIDE_PKI_FOLDER_H_
