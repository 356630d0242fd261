#include <algorithm>

#include "cli/command.h"

namespace par::cli {

std::span<const Command> commands() {
  static const std::vector<Command> table{
      demo_command(),      import_command(), plan_command(),   owners_command(),    run_command(),
      status_command(),    log_command(),    attach_command(), stop_command(),      resume_command(),
      retry_command(),     next_command(),   done_command(),   fail_command(),      release_command(),
      heartbeat_command(), claim_command(),  claims_command(), validate_command(),  merge_command(),
      rollback_command(),  clean_command(),  hook_command(),   completion_command()};
  return table;
}

const Command* find_command(std::string_view name) {
  const auto table = commands();
  const auto found =
      std::find_if(table.begin(), table.end(), [&](const Command& c) { return c.name == name; });
  return found == table.end() ? nullptr : &*found;
}

std::string_view group_title(Group group) {
  switch (group) {
    case Group::start:
      return "start";
    case Group::plan:
      return "plan";
    case Group::run:
      return "run";
    case Group::land:
      return "land";
    case Group::care:
      return "care";
  }
  return "";
}

}  // namespace par::cli
