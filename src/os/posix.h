// Thin steps on descriptors that the rest of os/ shares: they retry after EINTR and own what they open.
// Internal to os/.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "os/descriptor.h"

namespace par::os {

struct Pipe {
  Descriptor read;
  Descriptor write;
};
// Both ends are close-on-exec and never 0, 1 or 2, whatever was closed when we were started.
[[nodiscard]] Result<Pipe> make_pipe();

// read(2): bytes read, 0 at the end, -1 with errno.
[[nodiscard]] ssize_t read_some(int fd, char* data, std::size_t size);
// Writes everything; false with errno when it cannot.
[[nodiscard]] bool write_all(int fd, std::string_view data);
// Everything up to the end; `name` is for the message.
[[nodiscard]] Result<std::string> read_to_end(int fd, std::string_view name);
void set_nonblocking(int fd);
// Sends the signal, and wakes the process where it is stopped; true also where it is gone. False with errno.
[[nodiscard]] bool signal_and_wake(pid_t pid, int number);
// The rest of the calling thread's time is somebody else's for about `ms`.
void nap(int ms);

// The NULL-terminated array that exec takes; valid as long as `strings`.
[[nodiscard]] std::vector<char*> exec_array(const std::vector<std::string>& strings);

}  // namespace par::os
