#include "base/folding.h"

#include <utf8proc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>

#include "base/strings.h"
#include "base/utf8.h"

namespace par {
namespace {

bool is_ascii(char c) { return static_cast<unsigned char>(c) < 0x80; }

void fold_ascii(std::string& text) {
  for (char& c : text) c = ascii_lower(c);
}

struct Free {
  void operator()(utf8proc_uint8_t* memory) const { std::free(memory); }  // NOLINT: malloc'ed by the library
};

std::string mapped(const std::string& text, int options) {
  utf8proc_uint8_t* out = nullptr;
  const auto length =
      utf8proc_map(reinterpret_cast<const utf8proc_uint8_t*>(text.data()),  // NOLINT: bytes are bytes
                   static_cast<utf8proc_ssize_t>(text.size()), &out,
                   static_cast<utf8proc_option_t>(options | UTF8PROC_STABLE));
  const std::unique_ptr<utf8proc_uint8_t, Free> owner(out);
  if (length < 0) return text;  // no memory: only that is left for well-formed text
  return {out, out + length};
}

// `text` is well-formed UTF-8.
std::string fold_characters(const std::string& text, Folding folding) {
  if (!folding.ignore_case) return mapped(text, UTF8PROC_COMPOSE);
  if (!folding.precompose) return mapped(text, UTF8PROC_CASEFOLD);
  // Marks are put in order before their case is folded, which can make them letters (U+0345).
  return mapped(mapped(text, UTF8PROC_DECOMPOSE), UTF8PROC_CASEFOLD | UTF8PROC_COMPOSE);
}

}  // namespace

std::string fold_name(std::string_view name, Folding folding) {
  std::string out;
  std::string run;  // well-formed
  const auto flush = [&] {
    if (std::all_of(run.begin(), run.end(), is_ascii)) {
      if (folding.ignore_case) fold_ascii(run);
      out += run;
    } else {
      out += fold_characters(run, folding);
    }
    run.clear();
  };
  if (!folding.any()) return std::string(name);
  while (!name.empty()) {
    const auto length = utf8_sequence_length(name);
    if (length == 0) {
      flush();
      out += name.front();
    } else {
      run += name.substr(0, length);
    }
    name.remove_prefix(std::max<std::size_t>(length, 1));
  }
  flush();
  return out;
}

std::string_view folded(std::string_view name, Folding folding, std::string& buffer) {
  const bool changes = folding.any() && std::any_of(name.begin(), name.end(), [&](char c) {
                         return !is_ascii(c) || (folding.ignore_case && is_ascii_upper(c));
                       });
  if (!changes) return name;
  buffer = fold_name(name, folding);
  return buffer;
}

}  // namespace par
