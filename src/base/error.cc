#include "base/error.h"

#include <fmt/format.h>

#include <system_error>
#include <utility>

namespace par {

Error&& Error::hint(std::string text) && {
  hints.push_back(std::move(text));
  return std::move(*this);
}

Error&& Error::cause(std::string text) && {
  causes.push_back(std::move(text));
  return std::move(*this);
}

Error&& Error::within(std::string outer) && {
  causes.insert(causes.begin(), std::move(message));
  message = std::move(outer);
  return std::move(*this);
}

Error errno_error(std::string_view what, int error_number) {
  return Error(fmt::format("{}: {}", what, std::generic_category().message(error_number)));
}

}  // namespace par
