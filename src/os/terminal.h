// What kind of thing our standard streams are.
#pragma once

namespace par::os {

[[nodiscard]] bool stdout_is_terminal();
[[nodiscard]] bool stderr_is_terminal();
// Columns of the terminal on stdout or stderr; COLUMNS wins; 80 when unknown.
[[nodiscard]] int terminal_width();
// Lines of the terminal on stdout; 24 when unknown.
[[nodiscard]] int terminal_height();

}  // namespace par::os
