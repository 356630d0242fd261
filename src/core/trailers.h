// The trailers at the end of a commit's message. Pure.
#pragma once

#include <string>
#include <string_view>

namespace par::core {

// The message with `trailers`, lines of "Token: value", behind its own: in the same block where its last
// paragraph, other than the subject, is made of trailers alone, otherwise as a paragraph of their own.
[[nodiscard]] std::string with_trailers(std::string_view message, std::string_view trailers);

}  // namespace par::core
