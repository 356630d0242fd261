// Walks a JSON document of any length and cuts out the values it is asked for. It knows brackets and strings
// only: whether a value that it cut is JSON is for simdjson to say. Depth costs nothing.
// After a failure (the document ends too early, or is no JSON where the walk has to understand it) every
// function answers no.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "import/input.h"

namespace par::import {

struct Cut {
  std::string_view text;  // padded for simdjson; empty when too long
  std::uint64_t offset = 0;
  bool too_long = false;
};

struct CutFailure {
  std::uint64_t offset = 0;
  std::string reason;
};

class JsonCutter {
 public:
  explicit JsonCutter(Input& input) : input_(input) {}

  // Calls visit(key) for each member of the object that comes next; it has to use up the value and says
  // whether to go on. A null counts as an object without members. False: failed or stopped by `visit`.
  template <class Visit>
  bool each_member(const Visit& visit);
  // The same for the elements of an array: visit().
  template <class Visit>
  bool each_element(const Visit& visit);
  // The next value, valid until the next call of anything here.
  [[nodiscard]] std::optional<Cut> value();
  bool skip();
  // Nothing but blanks is left.
  bool at_end();

  [[nodiscard]] std::uint64_t offset() const { return input_.offset(); }
  [[nodiscard]] const std::optional<CutFailure>& failure() const { return failure_; }

 private:
  enum class Entered { no, null, empty, yes };

  // The next byte that is no blank; nullopt at the end.
  std::optional<char> peek();
  Entered enter(char open);
  // Behind an element or member: a comma (true, go on) or the closing bracket.
  bool another(char close);
  std::optional<std::string> key();
  // Uses up the next value; `keep`: so that its text can be read.
  std::optional<Cut> pass(bool keep);
  void fail(std::string reason);

  Input& input_;
  std::optional<CutFailure> failure_;
};

template <class Visit>
bool JsonCutter::each_member(const Visit& visit) {
  const auto entered = enter('{');
  if (entered != Entered::yes) return entered != Entered::no;
  do {
    const auto name = key();
    if (!name || !visit(std::string_view(*name))) return false;
  } while (another('}'));
  return !failure_;
}

template <class Visit>
bool JsonCutter::each_element(const Visit& visit) {
  const auto entered = enter('[');
  if (entered != Entered::yes) return entered != Entered::no;
  do {
    if (!visit()) return false;
  } while (another(']'));
  return !failure_;
}

}  // namespace par::import
