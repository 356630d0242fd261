// git par completion: prints the completion script of a shell, for those who did not install git par.
#include <fmt/format.h>

#include <memory>

#include "cli/command.h"
#include "cli/completion_scripts.h"
#include "cli/report.h"

namespace par::cli {
namespace {

Handler configure(OptionList& line) {
  const auto shell = std::make_shared<std::string>();
  line.value("shell", *shell, "the shell").required().one_of({"bash", "zsh", "fish"});
  return [shell](const Invocation&) -> Result<int> {
    print_out(std::string(completion_script(*shell)));
    if (*shell == "fish") print_out(fmt::format("\n{}", fish_configuration()));
    return 0;
  };
}

}  // namespace

Command completion_command() {
  return {"completion",
          Group::care,
          "(bash|zsh|fish)",
          "print the completion script of a shell",
          "An installed git par needs none of this: the shells find its completions by themselves. Run from "
          "a checkout, "
          "let the shell read the script at its start. Bash completes 'git par' through git's own "
          "completion, which "
          "must be installed.\n\n"
          "Commands, options, runs, agents, phases and branches are completed.",
          {{"source <(git par completion bash)", "for ~/.bashrc"},
           {"source <(git par completion zsh)", "for ~/.zshrc, after compinit"},
           {"git par completion fish | source", "for ~/.config/fish/config.fish"}},
          "0: printed.",
          configure};
}

}  // namespace par::cli
