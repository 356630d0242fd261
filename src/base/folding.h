// Which names a repository takes for the same one, and the one spelling that stands for all of them. Owns the
// use of libutf8proc; knows no patterns.
//
// Case is folded in full (CaseFolding.txt of Unicode, statuses C and F: U+00DF is "ss"), as APFS and ext4 do.
// git's own core.ignoreCase folds ASCII only: where the two differ, more names count as the same, so two
// agents are kept apart without need but never share a file. core.precomposeUnicode asks for NFC. Bytes that
// are not UTF-8 stay as they are.
#pragma once

#include <string>
#include <string_view>

namespace par {

struct Folding {
  bool ignore_case = false;  // core.ignoreCase
  bool precompose = false;   // core.precomposeUnicode

  [[nodiscard]] bool any() const noexcept { return ignore_case || precompose; }
  bool operator==(const Folding&) const = default;
};

// Equal for two names exactly when they count as the same. Folding what is folded changes nothing. '/' and
// NUL are neither made nor lost. Linear.
[[nodiscard]] std::string fold_name(std::string_view name, Folding folding);

// `name` itself where it is folded already, which most names are, otherwise fold_name's answer in `buffer`.
[[nodiscard]] std::string_view folded(std::string_view name, Folding folding, std::string& buffer);

}  // namespace par
