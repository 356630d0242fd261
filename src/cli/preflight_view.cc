#include "cli/preflight_view.h"

#include <algorithm>

#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/table.h"

namespace par::cli {

std::string preflight_text(const app::Preflight& preflight) {
  std::vector<std::vector<std::string>> rows;
  for (const auto& check : preflight.checks) {
    const auto text = check.detail + (check.hint.empty() ? "" : "; " + check.hint);
    rows.push_back({std::string(name_of(check.result)), check.name, display_line(text)});
  }
  return table_text(rows);
}

std::string preflight_json(const app::Preflight& preflight, std::size_t limit) {
  JsonWriter json;
  json.begin_object().member("schema", 1).key("plan");
  if (preflight.made)
    json.value(preflight.made->plan.id.str()).member("base", preflight.made->plan.base.str());
  else
    json.null().key("base").null();
  json.member("target", preflight.target).key("checks").begin_array();
  for (const auto& check : preflight.checks) {
    auto subjects = check.subjects;
    subjects.resize(std::min(subjects.size(), limit));
    json.begin_object().member("name", check.name).member("result", name_of(check.result));
    json.member("detail", check.detail).member("hint", check.hint);
    json.member("subject_count", check.subjects.size()).list("subjects", subjects).end_object();
  }
  return std::move(json.end_array().end_object()).take() + "\n";
}

}  // namespace par::cli
