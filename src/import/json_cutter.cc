#include "import/json_cutter.h"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace par::import {
namespace {

enum class Kind : unsigned char { other, quote, open, close, separator };

constexpr std::array<Kind, 256> kCharacterKinds = [] {
  std::array<Kind, 256> kinds{};
  const auto set = [&](std::string_view bytes, Kind kind) {
    for (const char c : bytes) kinds[static_cast<unsigned char>(c)] = kind;
  };
  set(",: \t\r\n", Kind::separator);
  set("{[", Kind::open);
  set("}]", Kind::close);
  set("\"", Kind::quote);
  return kinds;
}();

Kind kind_of(char c) { return kCharacterKinds[static_cast<unsigned char>(c)]; }

// Finds the end of one value in pieces of the text.
class Scanner {
 public:
  explicit Scanner(char first) : scalar_(kind_of(first) != Kind::open && kind_of(first) != Kind::quote) {}

  // How many bytes of `piece` belong to the value.
  std::size_t scan(std::string_view piece) {
    std::size_t i = 0;
    while (i < piece.size() && !finished_) {
      if (in_string_)
        i = scan_string(piece, i);
      else if (scalar_)
        i = scan_scalar(piece, i);
      else
        i = scan_structure(piece, i);
    }
    return i;
  }
  [[nodiscard]] bool finished() const { return finished_; }

 private:
  std::size_t scan_string(std::string_view piece, std::size_t i) {
    if (escaped_) {
      escaped_ = false;
      return i + 1;
    }
    while (i < piece.size() && piece[i] != '"' && piece[i] != '\\') ++i;
    if (i == piece.size()) return i;
    escaped_ = piece[i] == '\\';
    in_string_ = escaped_;
    finished_ = !in_string_ && depth_ == 0;
    return i + 1;
  }

  std::size_t scan_scalar(std::string_view piece, std::size_t i) {
    while (i < piece.size() && kind_of(piece[i]) == Kind::other) ++i;
    finished_ = i < piece.size();
    return i;
  }

  std::size_t scan_structure(std::string_view piece, std::size_t i) {
    for (; i < piece.size(); ++i) {
      const Kind kind = kind_of(piece[i]);
      if (kind == Kind::quote) {
        in_string_ = true;
        return i + 1;
      }
      if (kind == Kind::open) ++depth_;
      if (kind == Kind::close && --depth_ == 0) {
        finished_ = true;
        return i + 1;
      }
    }
    return i;
  }

  bool scalar_;
  bool in_string_ = false;
  bool escaped_ = false;
  bool finished_ = false;
  std::uint64_t depth_ = 0;
};

constexpr std::string_view kTooShort = "the document ends too early";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

}  // namespace

void JsonCutter::fail(std::string reason) {
  if (!failure_) failure_ = CutFailure{input_.offset(), std::move(reason)};
}

std::optional<char> JsonCutter::peek() {
  if (failure_) return std::nullopt;
  do {
    const auto text = input_.unread();
    std::size_t blanks = 0;
    while (blanks < text.size() && is_blank(text[blanks])) ++blanks;
    input_.consume(blanks);
    if (blanks < text.size()) return text[blanks];
  } while (input_.more());
  return std::nullopt;
}

bool JsonCutter::at_end() { return !peek() && !failure_; }

JsonCutter::Entered JsonCutter::enter(char open) {
  const auto next = peek();
  if (next == 'n') {
    const auto cut = pass(true);
    if (!cut) return Entered::no;
    if (cut->text == "null") return Entered::null;
  } else if (next == open) {
    input_.consume(1);
    if (peek() != (open == '{' ? '}' : ']')) return Entered::yes;
    input_.consume(1);
    return Entered::empty;
  }
  fail(!next ? std::string(kTooShort)
             : fmt::format("expected {} here", open == '{' ? "an object" : "a list"));
  return Entered::no;
}

bool JsonCutter::another(char close) {
  const auto next = peek();
  if (!next || (*next != ',' && *next != close)) {
    fail(next ? fmt::format("expected ',' or '{}' here", close) : std::string(kTooShort));
    return false;
  }
  input_.consume(1);
  return *next == ',';
}

std::optional<std::string> JsonCutter::key() {
  const auto next = peek();
  if (next && *next != '"') fail("expected the name of a member here");
  const auto cut = pass(true);
  if (!cut) return std::nullopt;
  // The names we know hold no escapes, so others need not be understood.
  std::string name(cut->too_long ? cut->text : cut->text.substr(1, cut->text.size() - 2));
  if (peek() != ':') {
    fail("expected ':' here");
    return std::nullopt;
  }
  input_.consume(1);
  return name;
}

std::optional<Cut> JsonCutter::value() { return pass(true); }

bool JsonCutter::skip() { return pass(false).has_value(); }

std::optional<Cut> JsonCutter::pass(bool keep) {
  const auto first = peek();
  if (!first || kind_of(*first) == Kind::separator || kind_of(*first) == Kind::close) {
    fail(first ? "expected a value here" : std::string(kTooShort));
    return std::nullopt;
  }
  Cut cut{{}, input_.offset(), false};
  Scanner scanner(*first);
  std::size_t scanned = 0;
  for (;;) {
    const auto text = input_.unread();
    scanned += scanner.scan(text.substr(scanned));
    cut.too_long = cut.too_long || scanned > kRecordLimit;
    if (scanner.finished()) {
      if (!cut.too_long) cut.text = text.substr(0, scanned);
      input_.consume(scanned);
      return cut;
    }
    if (!keep || cut.too_long) {
      input_.consume(scanned);
      scanned = 0;
    }
    if (!input_.more()) break;
  }
  fail(std::string(kTooShort));
  return std::nullopt;
}

}  // namespace par::import
