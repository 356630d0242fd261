// The program as a function: arguments in, exit code out. main.cc and the tests of the command line call it.
#pragma once

#include <string>
#include <vector>

namespace par::cli {

// `arguments`: without the program's name.
[[nodiscard]] int run_program(const std::vector<std::string>& arguments);
// The same within a program that runs already (signals and trace are set up): one command line.
[[nodiscard]] int run_arguments(const std::vector<std::string>& arguments);

}  // namespace par::cli
