// Composition root: the one catch(...).
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "cli/program.h"

int main(int argc, char** argv) {
  constexpr int kExitBug = 255;
  try {
    return par::cli::run_program(std::vector<std::string>(argv + (argc > 0 ? 1 : 0), argv + argc));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "BUG: %s\n", error.what());
  } catch (...) {
    std::fputs("BUG: an unknown exception\n", stderr);
  }
  std::fputs("hint: this is a mistake of git par, not yours; the state of your runs is recorded and safe\n",
             stderr);
  return kExitBug;
}
