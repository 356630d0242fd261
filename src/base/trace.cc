#include "base/trace.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <string>

#include "base/json_writer.h"

namespace par::trace {
namespace {

// The descriptor a variable asks for: 2 for "1", a file opened for appending for an absolute path, else -1.
int open_sink(const char* variable) {
  const char* value = std::getenv(variable);
  if (value == nullptr) return -1;
  const std::string_view text = value;
  if (text == "1") return STDERR_FILENO;
  if (!text.starts_with('/')) return -1;
  return ::open(value, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

int& text_sink() {
  static int sink = open_sink("PAR_TRACE");
  return sink;
}

int event_sink() {
  static const int sink = open_sink("PAR_TRACE_EVENT");
  return sink;
}

double now() {
  const auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

// One write per line, so that processes sharing the file do not mix their lines.
void emit(int sink, const std::string& line) {
  if (sink >= 0 && ::write(sink, line.data(), line.size()) < 0) return;
}

}  // namespace

void show() {
  if (text_sink() < 0) text_sink() = STDERR_FILENO;
}

bool enabled() { return text_sink() >= 0 || event_sink() >= 0; }

void event(std::string_view name, std::initializer_list<Field> fields) {
  if (!enabled()) return;
  if (text_sink() >= 0) {
    std::string line = fmt::format("{:.6f} {} {}", now(), ::getpid(), name);
    for (const auto& [key, value] : fields) line += fmt::format(" {}={}", key, value);
    emit(text_sink(), line + "\n");
  }
  if (event_sink() >= 0) {
    JsonWriter json;
    json.begin_object().member("event", name).member("time", now()).member("pid", ::getpid());
    for (const auto& [key, value] : fields) json.member(key, value);
    json.end_object();
    emit(event_sink(), json.text() + "\n");
  }
}

}  // namespace par::trace
