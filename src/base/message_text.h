// Texts of tools and people as parts of an identity: what makes two of them the same.
#pragma once

#include <string>
#include <string_view>

namespace par {

// The text with runs of blanks as one, none at the ends, and '#' for numbers of lines and columns: those
// behind "line ", "lines ", "column " or a colon. So a message stays the same when lines move.
[[nodiscard]] std::string without_places(std::string_view text);

// Appends a part with its length before it, so that no two lists of parts look alike.
void append_part(std::string& out, std::string_view part);

}  // namespace par
