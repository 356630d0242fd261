// The log of one job: appended to, each line stamped, up to a limit. Owns the file; knows nothing of
// processes. Logging never fails a job: what cannot be written is dropped and said so as soon as writing
// works again. The file's time of change says when there last was output, also where that was not written.
//
// Of more output than the limit the beginning and the end are kept, since at the end agents say what they
// have cost and why they failed. The end is held in memory until `finish`; a killed keeper takes it along.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "os/descriptor.h"

namespace par::os {

// So many bytes of the limit are for the end of the output, but no more than half of it.
constexpr std::int64_t kLogEnd = 64 << 10;

class JobLog {
 public:
  // Made with mode 0600 when missing. `limit`: bytes that this job may add, stamps included, notices not.
  [[nodiscard]] static Result<JobLog> open(const std::string& path, std::int64_t limit, bool timestamps);

  // Written at once, also when the line goes on in the next call, while there is room before the end's.
  void append(std::string_view output);
  // Writes the end of the output, after how much is left out before it. Nothing is appended after that.
  void finish();
  // A line of our own.
  void notice(std::string_view text);
  // All that was appended has been written.
  [[nodiscard]] bool is_whole() const { return whole_; }

 private:
  JobLog(Descriptor file, std::int64_t limit, bool timestamps);
  [[nodiscard]] std::string stamped(std::string_view output) const;
  void keep(std::string_view text);
  void end_line();
  void put(std::string_view text);

  Descriptor file_;
  std::size_t end_room_;
  std::size_t room_;  // for what is written at once
  bool timestamps_;
  bool line_open_ = false;  // the last byte written was no newline
  std::string end_;         // of the output, as far as there was no room to write it at once
  std::size_t left_out_ = 0;
  bool whole_ = true;
  std::size_t dropped_ = 0;  // bytes that could not be written, not yet said
};

}  // namespace par::os
