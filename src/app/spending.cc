#include "app/spending.h"

#include "app/attempt_log.h"
#include "core/presets.h"

namespace par::app {

Result<import::Usage> attempt_spending(const RunPaths& paths, const core::AgentSpec& spec, int attempt) {
  const core::Preset* preset = core::find_preset(spec.run);
  if (preset == nullptr || preset->usage.line.empty()) return import::Usage();
  auto fields = preset->usage;
  // Each batch is a program of its own, and says what it used itself.
  fields.each = fields.each || spec.batch > 0;
  import::UsageReader reader(fields);
  PAR_TRY(each_line(paths, spec.name, attempt, [&](std::string_view line) { reader.add(line); }));
  return reader.usage();
}

}  // namespace par::app
