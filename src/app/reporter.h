// The port to whoever watches: told of every event right after it was recorded. Must not fail.
#pragma once

#include <string>

#include "core/state.h"

namespace par::app {

class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void on_event(const core::Plan& plan, const core::RunState& state, const core::Event& event) = 0;
  virtual void on_warning(const std::string& text) = 0;
};

}  // namespace par::app
