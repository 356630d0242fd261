#include "cli/screen.h"

#include <fmt/format.h>

#include <string_view>

#include "base/strings.h"
#include "cli/report.h"
#include "os/terminal.h"

namespace par::cli {
namespace {

// xterm's control sequences; terminals that do not know the synchronised update ignore it.
// No line goes on in the next one: characters of double width make some longer than they count.
constexpr const char* kEnter = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr const char* kLeave = "\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr const char* kBegin = "\x1b[?2026h\x1b[H";
constexpr const char* kEnd = "\x1b[J\x1b[?2026l";
constexpr const char* kEraseRest = "\x1b[K";

// At most so many characters, whole ones.
std::string_view cut(std::string_view line, int columns) {
  int used = 0;
  for (std::size_t i = 0; i < line.size(); ++i)
    if ((static_cast<unsigned char>(line[i]) & 0xC0U) != 0x80U && ++used > columns) return line.substr(0, i);
  return line;
}

}  // namespace

std::string screenful(const std::string& text, int lines, int columns) {
  auto shown = split_terminated(text, '\n');
  if (const auto all = std::ssize(shown); all > lines) {
    shown.resize(static_cast<std::size_t>(lines - 1));
    shown.push_back(fmt::format("... {} more lines", all - lines + 1));
  }
  for (auto& line : shown) line = std::string(cut(line, columns)) + kEraseRest;
  return join(shown, "\r\n");
}

Screen::Screen() { print_out(kEnter); }

Screen::~Screen() { print_out(kLeave); }

void Screen::draw(const std::string& text) const {
  print_out(kBegin + screenful(text, os::terminal_height(), os::terminal_width()) + kEnd);
}

}  // namespace par::cli
