#include "base/error.h"

#include <fmt/format.h>

#include <system_error>

namespace par {

Error errno_error(std::string_view what, int error_number) {
  return Error(fmt::format("{}: {}", what, std::generic_category().message(error_number)));
}

}  // namespace par
