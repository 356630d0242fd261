// par-docgen <directory>: writes the manual pages to <directory>/man and the completions to
// <directory>/completions.
#include <cstdio>
#include <exception>

#include "cli/docgen.h"
#include "cli/report.h"
#include "os/files.h"

namespace {

par::Result<void> write_documents(const std::string& directory) {
  constexpr unsigned kMode = 0644;
  for (const auto& document : par::cli::documents()) {
    const auto path = directory + "/" + document.path;
    PAR_TRY(par::os::make_directories(par::os::parent_directory(path)));
    PAR_TRY(par::os::write_file_durably(path, document.content, kMode));
  }
  return {};
}

}  // namespace

int main(int argc, char** argv) {
  try {
    if (argc != 2) {
      std::fputs("usage: par-docgen <directory>\n", stderr);
      return par::cli::kExitUsage;
    }
    const auto written = write_documents(argv[1]);
    if (written) return 0;
    par::cli::print_error(written.error());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "BUG: %s\n", error.what());
  }
  return par::cli::kExitFatal;
}
