// An oracle for patterns: the dialect of core/glob.h said a second time, word by word and as slowly as it
// takes. Knows literals, escapes, '*', '?', '**' and brackets of single bytes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace par::test {

[[nodiscard]] bool naive_match(std::string_view pattern, std::string_view path);

// Every path of at most `length` bytes over `letters` and '/', shortest first, then in the order of
// `letters`, '/'.
[[nodiscard]] std::vector<std::string> all_paths(std::string_view letters, std::size_t length);

}  // namespace par::test
