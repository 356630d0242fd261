// Tells whoever watches a run what happens, one line per turn of events, on stderr.
#pragma once

#include "app/reporter.h"

namespace par::cli {

class Progress final : public app::Reporter {
 public:
  explicit Progress(bool quiet) : quiet_(quiet) {}
  void on_event(const core::Plan& plan, const core::RunState& state, const core::Event& event) override;
  void on_warning(const std::string& text) override;
  // A line of the same kind, unless quiet.
  void say(const std::string& line) const;

 private:
  bool quiet_;
};

// The line for an event; empty for those that interest nobody.
[[nodiscard]] std::string event_line(const core::Plan& plan, const core::RunState& state,
                                     const core::Event& event);

// The agents of these branches, the first few by name.
[[nodiscard]] std::string tried_names(const core::RunState& state, const core::BranchSet& branches);

// What made a run fall back, and what follows.
[[nodiscard]] std::string fallback_line(const core::FellBack& fallback);

}  // namespace par::cli
