// From what a tool calls a file to a path of the repository. Paths are bytes; nothing here looks at a disk.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace par::import {

// "./src//a.c" and "<root>/src/a.c" -> "src/a.c"; "a/../b" -> "b". nullopt for what is no file inside the
// repository: absolute elsewhere, out through "..", empty, in a ".git" (in any case), with a NUL byte.
[[nodiscard]] std::optional<std::string> repository_path(std::string_view path, std::string_view root);

// Whether the reference names its place by itself: "file:///x", "/x".
[[nodiscard]] bool is_absolute_uri(std::string_view uri);
// The path that a file URI or a relative reference means, percent escapes decoded; nullopt for other schemes
// and for files of another host.
[[nodiscard]] std::optional<std::string> path_of_uri(std::string_view uri);

}  // namespace par::import
