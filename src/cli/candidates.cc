#include "cli/candidates.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "base/strings.h"
#include "cli/command.h"
#include "cli/usage.h"

namespace par::cli {
namespace {

// Where the last word stands, judged by the words before it.
struct Place {
  const CLI::Option* value_of = nullptr;  // it is the value of this option
  bool options_allowed = true;            // no "--" before it
  std::vector<std::string> positionals;
  std::string run;  // the value of --run
};

bool takes_value(const CLI::Option* option) {
  return option != nullptr && option->get_items_expected_min() > 0;
}

void note_value(Place& place, const CLI::Option& option, std::string_view value) {
  if (option.get_single_name() == "run") place.run = value;
}

// "-qj": the option whose value the next word is, if any ("-j4" has its own).
const CLI::Option* awaiting_short_option(const CLI::App& app, std::string_view word) {
  for (std::size_t i = 1; i < word.size(); ++i) {
    const auto* option = app.get_option_no_throw("-" + std::string(1, word[i]));
    if (takes_value(option)) return i + 1 == word.size() ? option : nullptr;
  }
  return nullptr;
}

void read_option(Place& place, const CLI::App& app, const std::string& word) {
  if (!word.starts_with("--")) {
    place.value_of = awaiting_short_option(app, word);
    return;
  }
  const auto equals = word.find('=');
  const auto* option = app.get_option_no_throw(word.substr(0, equals));
  if (!takes_value(option)) return;
  if (equals == std::string::npos)
    place.value_of = option;
  else
    note_value(place, *option, std::string_view(word).substr(equals + 1));
}

void read_word(Place& place, const CLI::App& app, const std::string& word) {
  if (place.value_of != nullptr) {
    note_value(place, *place.value_of, word);
    place.value_of = nullptr;
  } else if (!place.options_allowed || word.size() < 2 || word[0] != '-') {
    place.positionals.push_back(word);
  } else if (word == "--") {
    place.options_allowed = false;
  } else {
    read_option(place, app, word);
  }
}

// The positional argument at which the next word would stand; nullptr: none is left.
const CLI::Option* next_positional(const CLI::App& app, std::size_t given) {
  for (const CLI::Option* option : app.get_options()) {
    if (!option->get_positional()) continue;
    const auto places = static_cast<std::size_t>(std::max(option->get_items_expected_max(), 0));
    if (given < places) return option;
    given -= places;
  }
  return nullptr;
}

// The words of a check "one of these", which CLI11 shows as "{a,b}" in the type's name.
std::vector<Candidate> fixed_values(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  const auto open = type.find('{');
  const auto close = type.find('}', open);
  if (open == std::string::npos || close == std::string::npos) return {};
  std::vector<Candidate> values;
  for (auto& word : split(std::string_view(type).substr(open + 1, close - open - 1), ','))
    values.push_back({std::move(word), ""});
  return values;
}

// "<run>" -> "run"
std::string_view kind_of(const CLI::Option& option) {
  if (option.get_positional()) return option.get_single_name();
  const std::string_view text = option.get_option_text();
  return text.size() > 2 && text.front() == '<' ? text.substr(1, text.size() - 2) : text;
}

std::vector<Candidate> values_of(const CLI::Option& option, const Place& place, const ValueSource& source) {
  auto values = fixed_values(option);
  return values.empty() ? source(kind_of(option), place.run) : values;
}

std::vector<Candidate> positional_values(const CLI::App& app, const Place& place, const ValueSource& source) {
  const auto* option = next_positional(app, place.positionals.size());
  if (option == nullptr) return {};
  auto values = values_of(*option, place, source);
  std::erase_if(values, [&](const Candidate& candidate) {
    const auto& given = place.positionals;
    return std::find(given.begin(), given.end(), candidate.value) != given.end();
  });
  return values;
}

// "-": every name of every option; "--...": the long ones.
std::vector<Candidate> option_names(const CLI::App& app, std::string_view typed) {
  const std::string_view start = typed.starts_with("--") ? "--" : "-";
  std::vector<Candidate> names;
  for (const auto& option : option_texts(app))
    for (const auto& word : split(option.names, ' ')) {
      const std::string name = word.substr(0, word.find_first_of(",["));
      if (name.starts_with(start)) names.push_back({name, option.description});
    }
  return names;
}

std::vector<Candidate> command_names(std::string_view typed) {
  if (typed.starts_with("-"))
    return {{"-C", "work as if started in this directory"},
            {"-h", "list the commands"},
            {"--help", "show the manual"},
            {"--version", "print the version"}};
  std::vector<Candidate> names;
  for (const auto& command : commands())
    names.push_back({std::string(command.name), std::string(command.summary)});
  return names;
}

std::vector<Candidate> command_candidates(const Command& command, const std::vector<std::string>& words,
                                          const ValueSource& source) {
  CLI::App app;
  OptionList line(app);
  Invocation invocation;
  const Handler handler = command.configure(line);
  add_common_options(app, invocation);
  Place place;
  for (auto word = words.begin() + 1; word + 1 < words.end(); ++word) read_word(place, app, *word);
  const std::string& typed = words.back();
  if (place.value_of != nullptr) return values_of(*place.value_of, place, source);
  if (!place.options_allowed || !typed.starts_with("-")) return positional_values(app, place, source);
  const auto equals = typed.find('=');
  if (!typed.starts_with("--") || equals == std::string::npos) return option_names(app, typed);

  const auto* option = app.get_option_no_throw(typed.substr(0, equals));
  if (option == nullptr || (!takes_value(option) && fixed_values(*option).empty())) return {};
  auto values = values_of(*option, place, source);
  for (auto& value : values) value.value.insert(0, typed, 0, equals + 1);
  return values;
}

}  // namespace

std::vector<Candidate> candidates(const std::vector<std::string>& words, const ValueSource& source) {
  if (words.size() < 2) return command_names(words.empty() ? "" : words.front());
  const Command* command = find_command(words.front());
  if (command == nullptr) return {};
  return command_candidates(*command, words, source);
}

}  // namespace par::cli
