// git par import: findings of analysers and compilers become items.
#include <fmt/format.h>

#include <memory>

#include "app/importing.h"
#include "base/json_writer.h"
#include "base/strings.h"
#include "cli/command.h"
#include "cli/report.h"

namespace par::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string format;
  app::ImportOptions import;
};

std::string counts_text(const app::ImportOutcome& outcome) {
  if (outcome.unchanged) return "unchanged since the last import";
  std::string text = fmt::format("{} new, {} known", outcome.added, outcome.kept);
  if (outcome.reopened > 0) text += fmt::format(", {} open again", outcome.reopened);
  if (outcome.closed > 0) text += fmt::format(", {} closed", outcome.closed);
  if (outcome.result.duplicates > 0) text += fmt::format(", {} named twice", outcome.result.duplicates);
  if (outcome.result.skipped > 0) text += fmt::format(", {} skipped", outcome.result.skipped);
  if (outcome.result.bad > 0) text += fmt::format(", {} bad", outcome.result.bad);
  return text;
}

std::string outcome_text(const app::ImportOutcome& outcome) {
  const std::string name = display_text(outcome.file);
  if (outcome.unchanged) return fmt::format("{}: {}\n", name, counts_text(outcome));
  return fmt::format("{}: {}: {}\n", name, name_of(outcome.result.format), counts_text(outcome));
}

void warn_of_bad_records(const app::ImportOutcome& outcome) {
  for (const auto& record : outcome.result.first_bad)
    print_warning(fmt::format("{}: {}: {}", display_text(outcome.file),
                              import::place_of(outcome.result.format, record), display_text(record.reason)));
  if (const auto shown = outcome.result.first_bad.size(); outcome.result.bad > shown)
    print_warning(
        fmt::format("{}: and {} more bad records", display_text(outcome.file), outcome.result.bad - shown));
}

void warn_of_unsure_items(const app::ImportOutcome& outcome) {
  if (outcome.unsure == 0) return;
  print_warning(
      fmt::format("{}: closed nothing: it has {}, and {} not in the rest", display_text(outcome.file),
                  counted(static_cast<std::int64_t>(outcome.result.bad), "bad record"),
                  outcome.unsure == 1 ? "1 open item is" : fmt::format("{} open items are", outcome.unsure)));
}

void write_outcome(JsonWriter& json, const app::ImportOutcome& outcome) {
  json.begin_object().member("file", quote_path(outcome.file)).member("source", quote_path(outcome.source));
  json.member("unchanged", outcome.unchanged);
  if (!outcome.unchanged) {
    const auto& result = outcome.result;
    json.member("format", name_of(result.format)).member("records", result.records);
    json.member("added", outcome.added).member("kept", outcome.kept).member("reopened", outcome.reopened);
    json.member("closed", outcome.closed).member("unsure", outcome.unsure);
    json.member("duplicates", result.duplicates)
        .member("skipped", result.skipped)
        .member("bad", result.bad)
        .key("bad_records")
        .begin_array();
    for (const auto& record : result.first_bad) {
      json.begin_object().member("at", import::place_of(result.format, record));
      json.member("reason", display_text(record.reason)).end_object();
    }
    json.end_array();
  }
  json.end_object();
}

Result<int> import_files(const Options& options, const Invocation& invocation) {
  PAR_ASSIGN(const auto project, app::open_project(invocation.cwd));
  app::ImportOptions how = options.import;
  if (!options.format.empty()) how.read.format = parse_enum<import::Format>(options.format);
  JsonWriter json;
  json.begin_object().member("schema", 1).key("imports").begin_array();
  for (const auto& file : options.files) {
    PAR_ASSIGN(const auto outcome, app::import_file(project, invocation.cwd, file, how));
    if (invocation.json) {
      write_outcome(json, outcome);
      continue;
    }
    warn_of_bad_records(outcome);
    warn_of_unsure_items(outcome);
    if (!invocation.quiet) print_out(outcome_text(outcome));
  }
  if (invocation.json) print_out(std::move(json.end_array().end_object()).take() + "\n");
  return 0;
}

Handler configure(OptionList& line) {
  const auto options = std::make_shared<Options>();
  line.value("file", options->files, "a file of findings; '-' is standard input").required();
  line.value("--format", options->format, "how to read it, instead of telling from the content")
      .value_name("<format>")
      .one_of({"sarif", "jsonl", "csv", "compiler", "eslint", "sonarqube"});
  line.value("--source", options->import.source, "the name of the source; the file's path by default")
      .value_name("<name>");
  line.flag("--strict", options->import.read.strict, "take nothing when a record is bad");
  line.flag("--again", options->import.again, "read it although its content is that of the last import");
  line.flag("-n,--dry-run", options->import.dry_run, "count, but change nothing");
  return [options](const Invocation& invocation) { return import_files(*options, invocation); };
}

}  // namespace

Command import_command() {
  return {
      "import",
      Group::plan,
      "[<options>] <file>...",
      "read findings of analysers and compilers into items",
      "Understands SARIF 2.1.0, JSON Lines, CSV with a header, the text of gcc and clang, ESLint JSON and "
      "SonarQube issues JSON. Each finding becomes an item; 'git par plan' divides the open ones among the "
      "agents.\n\n"
      "An item keeps its id as long as its finding is there, whatever lines it moves to. Reading a newer "
      "report of the same source adds what is new, and closes what is gone. A report that has not changed "
      "is not read again, unless --again, --strict or --format is given.\n\n"
      "What two sources found is one item, of the source that was read last. An id that their reports give "
      "to different findings is refused.\n\n"
      "A record that makes no sense is counted and named with its place, and the rest is taken; a finding "
      "outside the repository is refused. A report of which a record could not be read closes nothing, and "
      "says so: what is not seen may be in that record. With --strict the first such record is an error and "
      "nothing is taken.\n\n"
      "JSON Lines and CSV name an item's fields: id, title, files (or file, path), severity, category, "
      "estimate, after, agent. Only the files are needed.",
      {{"git par import findings.sarif", "take the findings of an analyser"},
       {"make 2>&1 | git par import --source make -", "the warnings of a build"}},
      "0: read.",
      configure};
}

}  // namespace par::cli
