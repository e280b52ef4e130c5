#include "tandem/status.h"

namespace tandem {

std::string_view StatusName(Status status) {
  switch (status) {
    case Status::kOk: return "ok";
    case Status::kWantRead: return "want_read";
    case Status::kWantWrite: return "want_write";
    case Status::kWantAsync: return "want_async";
    case Status::kClosed: return "closed";
    case Status::kRefused: return "refused";
    case Status::kError: return "error";
  }
  return "error";
}

}  // namespace tandem
