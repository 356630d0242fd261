#include "cli/planning_options.h"

namespace par::cli {

void add_planning_options(OptionList& line, app::PlanOptions& options) {
  line.value("--target", options.target, "branch to land on, instead of the configuration's")
      .value_name("<branch>");
  line.value("-j,--jobs", options.jobs, "agents at once, instead of the configuration's")
      .value_name("<n>")
      .range(1, 10000);
  line.value("--items", options.items, "findings to plan for, instead of the imported ones; may be repeated")
      .value_name("<file>")
      .repeatable();
  line.value("--agents", options.agents, "divide the work of the only agent among so many workers")
      .value_name("<n>")
      .range(1, 10000);
  line.call(
          "--by", [&options](const std::string& word) { options.by = *parse_enum<core::By>(word); },
          "what goes to one worker together (default auto)")
      .value_name("<what>")
      .one_of({"auto", "severity", "category", "owner", "directory", "files"});
  line.flag("--again", options.again, "plan items anew that earlier runs finished");
  line.flag("--predict", options.predict,
            "expect items to change also what history and names say; pools keep that together");
  line.flag("--force-parallel", options.force_parallel, "in parallel even when it does not pay");
}

}  // namespace par::cli
