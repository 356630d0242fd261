#include "os/descriptor.h"

#include <unistd.h>

namespace par::os {

void Descriptor::reset(int fd) noexcept {
  // Not again after EINTR: the descriptor is gone, and its number may be somebody else's by now.
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

}  // namespace par::os
