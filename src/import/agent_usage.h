// What an agent CLI says that it used, among the JSON lines of its output.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "core/presets.h"

namespace par::import {

struct Usage {
  double cost = 0;          // in US dollars
  std::int64_t tokens = 0;  // read and written

  bool operator==(const Usage&) const = default;
};

class UsageReader {
 public:
  explicit UsageReader(const core::UsageFields& fields);
  ~UsageReader();
  UsageReader(const UsageReader&) = delete;
  UsageReader& operator=(const UsageReader&) = delete;

  // Any line of the output: those that say nothing of it are passed over, as is what is no number, negative
  // or beyond all measure.
  void add(std::string_view line);
  [[nodiscard]] const Usage& usage() const { return usage_; }

 private:
  struct Parser;
  core::UsageFields fields_;
  std::unique_ptr<Parser> parser_;
  Usage usage_;
};

}  // namespace par::import
