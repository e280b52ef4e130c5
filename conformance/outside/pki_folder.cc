#include "conformance/outside/pki_folder.h"

#include <unistd.h>

#include <cstdlib>
#include <fstream>

#include "conformance/pki/pki.h"

namespace tandem::conformance {

PkiFolder::PkiFolder() {
  const char* parent = std::getenv("TEST_TMPDIR");
  path_ = std::string(parent != nullptr ? parent : "/tmp") + "/pki.XXXXXX";
  if (mkdtemp(path_.data()) == nullptr) std::abort();
}

PkiFolder::~PkiFolder() {
  for (const std::string& file : files_) unlink(file.c_str());
  rmdir(path_.c_str());
}

std::string PkiFolder::File(const std::string& name) { return Write(name, PkiText(name)); }

std::string PkiFolder::IntermediatesFile(const std::string& name) {
  const std::string_view rest = PkiText(name).substr(PkiLeafText(name).size());
  if (rest.find("BEGIN") == std::string_view::npos) return "";
  return Write(name + ".intermediates", rest);
}

std::string PkiFolder::Write(const std::string& name, std::string_view text) {
  const std::string file = path_ + "/" + name + ".pem";
  if (files_.insert(file).second) std::ofstream(file) << text;
  return file;
}

}  // namespace tandem::conformance
