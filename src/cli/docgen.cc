#include "cli/docgen.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>

#include "base/strings.h"
#include "cli/completion_scripts.h"
#include "cli/manual_text.h"
#include "cli/roff.h"
#include "cli/usage.h"
#include "core/presets.h"

namespace par::cli {
namespace {

std::string bold(std::string_view literal) { return "\\fB" + roff_literal(literal) + "\\fR"; }

std::string heading(const std::string& page, int section) {
  std::string title = page;
  std::transform(title.begin(), title.end(), title.begin(),
                 [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
  return fmt::format(
      ".\\\" Made by par-docgen from the table of commands: change that, not this.\n"
      ".TH {} {} \"\" \"git-par {}\" \"Git Par Manual\"\n"
      ".nh\n.ad l\n",
      roff_literal(title), section, PAR_VERSION);
}

std::string name_section(const std::string& page, std::string_view summary) {
  return fmt::format(".SH NAME\n{} \\- {}\n", roff_literal(page), roff_prose(summary));
}

// "0: planned. 1: red. 130: interrupted." -> one item per code.
std::string exit_status(std::string_view text) {
  std::string out = ".SH EXIT STATUS\n";
  while (!text.empty()) {
    const auto colon = text.find(": ");
    if (colon == std::string_view::npos) break;
    const auto code = text.substr(0, colon);
    text.remove_prefix(colon + 2);
    // The next code stands after a full stop.
    auto end = text.find(". ");
    while (end != std::string_view::npos && std::isdigit(static_cast<unsigned char>(text[end + 2])) == 0)
      end = text.find(". ", end + 1);
    out += roff_item(bold(code), text.substr(0, end == std::string_view::npos ? end : end + 1));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 2);
  }
  return out + ".PP\nFatal errors are 128, wrong usage is 129; see\n.BR git\\-par (1).\n";
}

std::string examples(const Command& command) {
  if (command.examples.empty()) return "";
  std::string out = ".SH EXAMPLES\n";
  for (const auto& example : command.examples) out += roff_item(bold(example.command), example.what);
  return out;
}

std::string page_name(const Command& command) { return fmt::format("git-par-{}", command.name); }

// The program's page, the configuration's, and the other commands of the group.
std::string see_also(const Command& command) {
  std::vector<std::string> pages{"git-par"};
  for (const auto& other : commands())
    if (other.group == command.group && other.name != command.name) pages.push_back(page_name(other));
  std::string out = ".SH SEE ALSO\n";
  for (const auto& page : pages) out += fmt::format(".BR {} (1),\n", roff_literal(page));
  return out + ".BR gitpar.toml (5)\n";
}

std::string options_section(const Command& command) {
  CLI::App app;
  OptionList line(app);
  Invocation invocation;
  const Handler handler = command.configure(line);
  add_common_options(app, invocation);
  std::string out = ".SH OPTIONS\n";
  for (const auto& option : option_texts(app)) out += roff_item(roff_prose(option.names), option.description);
  return out;
}

std::string terms(std::span<const Term> terms) {
  std::string out;
  for (const auto& [term, text] : terms) out += roff_item(bold(term), text);
  return out;
}

std::string commands_section() {
  std::string out = ".SH COMMANDS\n";
  std::string_view title;
  for (const auto& command : commands()) {
    if (group_title(command.group) != title) {
      title = group_title(command.group);
      out += fmt::format(".SS {}\n", title);
    }
    out +=
        fmt::format(".TP\n.BR {} (1)\n{}\n", roff_literal(page_name(command)), roff_prose(command.summary));
  }
  return out;
}

std::string program_options() {
  return ".SH OPTIONS\n" +
         roff_item("\\fB\\-C\\fR \\fI<path>\\fR",
                   "work as if started in that directory; so does git's own -C") +
         roff_item(bold("-h"), "list the commands; after a command: its options") +
         roff_item(bold("--help"), "show this page") + roff_item(bold("--version"), "print the version");
}

template <class Values>
std::string listed(const Values& values, std::string_view format) {
  std::string text;
  for (const auto& value : values)
    text += (text.empty() ? "" : ", ") + fmt::format(fmt::runtime(format), value);
  return text;
}

// What its output says it used.
std::string usage_text(const core::UsageFields& usage) {
  if (usage.line.empty()) return "";
  std::vector<std::string> fields;
  if (!usage.cost.empty()) fields.push_back(fmt::format("the cost in dollars at '{}'", usage.cost));
  std::vector<std::string> places;
  for (const auto place : usage.tokens)
    if (!place.empty()) places.push_back(fmt::format("'{}'", place));
  fields.push_back("tokens at " + join(places, " and "));
  return fmt::format("; {} of type '{}' {} {}", usage.each ? "every line" : "the last line", usage.line,
                     usage.each ? "adds" : "has", join(fields, ", "));
}

std::string preset_item(const core::Preset& preset) {
  std::string text = preset.verified.empty()
                         ? "Not verified: made from its documentation, and not run by the tests of git par."
                         : fmt::format("Verified with version {}.", preset.verified);
  text += preset.approval.empty() ? " Started so, it never asks."
                                  : fmt::format(" It does not ask because of '{}'.", preset.approval);
  text += fmt::format(" Prints {}{}.", name_of(preset.output), usage_text(preset.usage));
  if (preset.commits == core::SelfCommits::yes) text += " It can commit in its worktree.";
  if (preset.commits == core::SelfCommits::no)
    text += " It cannot commit in its worktree: what it leaves is committed for it.";
  if (!preset.permanent_codes.empty())
    text += fmt::format(" No further attempt mends exit codes {}.", listed(preset.permanent_codes, "{}"));
  if (!preset.permanent_texts.empty())
    text += fmt::format(" No further attempt mends a failure that prints {}.",
                        listed(preset.permanent_texts, "'{}'"));
  text += fmt::format(" Variables that it may need: {}.", preset.variables);
  return fmt::format(".TP\n{}\n{}\n.br\n{}", bold(preset.name), roff_literal(preset.command),
                     roff_paragraphs(text));
}

}  // namespace

std::string program_page() {
  std::string out =
      heading("git-par", 1) +
      name_section("git-par", "change one repository in parallel, land only what passes together");
  out += ".SH SYNOPSIS\n\\fBgit par\\fR \\fI<command>\\fR [\\fI<options>\\fR]\n";
  out += ".SH DESCRIPTION\n" + roff_paragraphs(manual_description());
  out += commands_section() + program_options();
  out += ".SH WORDS\n" + terms(manual_words());
  out += ".SH CONFIGURATION\nThe repository's configuration is described in\n.BR gitpar.toml (5).\n" +
         roff_paragraphs("Your own settings come from git config, and win over it:") +
         terms(manual_settings());
  out += ".SH ENVIRONMENT\n" + terms(manual_environment());
  out += ".PP\nAn agent's command finds, besides a small part of your environment:\n" +
         terms(manual_agent_environment());
  out += ".SH FILES AND REFS\n" + terms(manual_files());
  out += ".SH EXIT STATUS\n" + terms(manual_exit_codes());
  return out +
         ".SH SEE ALSO\n.BR git (1),\n.BR git\\-worktree (1),\n.BR gitpar.toml (5),\n"
         ".BR gitpar-agents (7),\n.BR gitpar-patterns (7)\n";
}

std::string agents_page() {
  std::string out = heading("gitpar-agents", 7) +
                    name_section("gitpar-agents", "agent CLIs that git par knows how to start");
  out += ".SH DESCRIPTION\n" + roff_paragraphs(manual_presets()) + ".SH PRESETS\n";
  for (const auto& preset : core::presets()) out += preset_item(preset);
  return out + ".SH SEE ALSO\n.BR git\\-par (1),\n.BR git\\-par\\-run (1),\n.BR gitpar.toml (5)\n";
}

std::string command_page(const Command& command) {
  const auto page = page_name(command);
  std::string out = heading(page, 1) + name_section(page, command.summary);
  out += fmt::format(".SH SYNOPSIS\n{} {}\n", bold(fmt::format("git par {}", command.name)),
                     roff_prose(command.synopsis));
  out += ".SH DESCRIPTION\n" + roff_paragraphs(command.description);
  out += options_section(command) + examples(command) + exit_status(command.exit_codes);
  return out + see_also(command);
}

std::vector<Document> documents() {
  std::vector<Document> all{{"completions/_git-par", std::string(completion_script("zsh"))},
                            {"completions/git-par.bash", std::string(completion_script("bash"))},
                            {"completions/git-par.conf.fish", std::string(fish_configuration())},
                            {"completions/git-par.fish", std::string(completion_script("fish"))},
                            {"man/git-par.1", program_page()},
                            {"man/gitpar-agents.7", agents_page()}};
  for (const auto& command : commands())
    all.push_back({fmt::format("man/{}.1", page_name(command)), command_page(command)});
  std::sort(all.begin(), all.end(), [](const Document& a, const Document& b) { return a.path < b.path; });
  return all;
}

}  // namespace par::cli
