// A file read from its beginning to its end, in pieces.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "base/result.h"
#include "os/descriptor.h"

namespace par::os {

class InputFile {
 public:
  // "-" is standard input. Errors: the file cannot be opened, or is a directory.
  [[nodiscard]] static Result<InputFile> open(const std::string& path);

  // Fills the beginning of `room`; the number of bytes, 0 only at the end.
  [[nodiscard]] Result<std::size_t> read(std::span<char> room);

 private:
  InputFile(std::string name, Descriptor own, int fd);

  std::string name_;
  Descriptor own_;  // closed when standard input is read
  int fd_;
};

}  // namespace par::os
