// The log of one job: appended to, each line stamped, up to a limit. Owns the file; knows nothing of
// processes. Logging never fails a job: what cannot be written is dropped and said so as soon as writing
// works again.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/descriptor.h"

namespace par::os {

class JobLog {
 public:
  // Made with mode 0600 when missing. `limit`: bytes that this job may add, stamps included, the notice not.
  [[nodiscard]] static Result<JobLog> open(const std::string& path, std::int64_t limit, bool timestamps);

  // Written at once, also when the line goes on in the next call.
  void append(std::string_view output);
  // A line of our own.
  void notice(std::string_view text);
  // Ends a line left unfinished.
  void finish();

 private:
  JobLog(Descriptor file, std::int64_t limit, bool timestamps)
      : file_(std::move(file)), room_(limit), timestamps_(timestamps) {}
  [[nodiscard]] std::string stamped(std::string_view output) const;
  void put(std::string_view text);

  Descriptor file_;
  std::int64_t room_;
  bool timestamps_;
  bool full_ = false;
  bool line_open_ = false;   // the last byte written was no newline
  std::size_t dropped_ = 0;  // bytes that could not be written, not yet said
};

}  // namespace par::os
