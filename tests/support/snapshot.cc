#include "support/snapshot.h"

#include <regex>

#include "base/strings.h"
#include "support/catch.h"

namespace par::test {
namespace {

std::string without_what_varies(const Sandbox& sandbox, std::string text) {
  text = replace_all(std::move(text), sandbox.root(), "<root>");
  text = std::regex_replace(text, std::regex("\\bp-[0-9a-f]{12}\\b"), "<plan>");
  text = std::regex_replace(text, std::regex("\\b([0-9a-f]{40}|[0-9a-f]{10})\\b"), "<oid>");
  text = std::regex_replace(text, std::regex("(_s\"|\"seconds\"):[0-9.e-]+"), "$1:<t>");
  return std::regex_replace(text, std::regex("\\b[0-9]+s\\b"), "<t>");
}

}  // namespace

void check_snapshot(const Sandbox& sandbox, const std::string& name, const os::Finished& finished) {
  const std::string file = std::string(PAR_SOURCE_DIR "/tests/scenario/snapshots/") + name;
  const std::string text =
      without_what_varies(sandbox, "exit " + std::to_string(finished.exit_code) + "\n--- stdout\n" +
                                       finished.out + "--- stderr\n" + finished.err);
  if (os::environment_variable("PAR_UPDATE_SNAPSHOTS")) {
    REQUIRE(os::write_file_durably(file, text, 0644));
    return;
  }
  const auto expected = os::read_file(file);
  INFO("PAR_UPDATE_SNAPSHOTS=1 rewrites tests/scenario/snapshots/" << name);
  REQUIRE(expected);
  CHECK(text == *expected);
}

}  // namespace par::test
