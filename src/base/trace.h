// What the program does, for people and tests: PAR_TRACE=1 (stderr) or =/absolute/file writes lines,
// PAR_TRACE_EVENT=/absolute/file appends JSON lines with the same content. Silent, and nearly free, when
// unset. A trace that cannot be written is dropped: tracing never fails a command.
#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

namespace par::trace {

[[nodiscard]] bool enabled();
// From now on as PAR_TRACE=1, in this process: what -v asks for.
void show();

using Field = std::pair<std::string_view, std::string_view>;

// Event names in use: "start", "exit", "child_start", "child_exit", "journal", "action".
void event(std::string_view name, std::initializer_list<Field> fields);

}  // namespace par::trace
