// A text that is drawn again and again in the terminal's second screen, without flicker: each line is written
// over the old one, and nothing is blank in between. What was on the screen is back when it is gone.
#pragma once

#include <string>

namespace par::cli {

class Screen {
 public:
  Screen();
  Screen(const Screen&) = delete;
  Screen& operator=(const Screen&) = delete;
  ~Screen();
  // Lines that the terminal has no room for are left out, the last line that it has says how many.
  void draw(const std::string& text) const;
};

// `text` cut to so many lines and columns, each line ended by "erase to the end of the line". Pure.
[[nodiscard]] std::string screenful(const std::string& text, int lines, int columns);

}  // namespace par::cli
