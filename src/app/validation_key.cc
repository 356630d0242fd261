#include "app/validation_key.h"

#include <fmt/format.h>

#include <map>
#include <memory>
#include <string_view>
#include <utility>

#include "base/strings.h"
#include "git/tree_restriction.h"
#include "os/sha256.h"

namespace par::app {
namespace {

// A text that no other members give.
class KeyText {
 public:
  KeyText& add(std::string_view member) {
    text_ += fmt::format("{}:", member.size());
    text_ += member;
    return *this;
  }
  KeyText& add(std::int64_t member) { return add(fmt::format("{}", member)); }
  KeyText& add(const std::vector<std::string>& members) {
    add(std::ssize(members));
    for (const auto& member : members) add(member);
    return *this;
  }
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace

RestrictTree restrict_by_patterns(const git::Objects& objects, Folding folding) {
  using Known = std::map<std::vector<std::string>, git::TreeRestriction>;
  return [&objects, folding, known = std::make_shared<Known>()](
             const ObjectId& tree, const std::vector<std::string>& patterns) -> Result<ObjectId> {
    auto at = known->find(patterns);
    if (at == known->end()) {
      PAR_ASSIGN(auto restriction, git::TreeRestriction::parse(patterns, folding));
      at = known->emplace(patterns, std::move(restriction)).first;
    }
    return objects.restricted_tree(tree, at->second);
  };
}

Result<std::string> validation_key(const core::ValidationSpec& spec, const ObjectId& tree,
                                   const ValidationContext& context) {
  ObjectId content = tree;
  if (!spec.inputs.empty()) {
    PAR_ASSIGN(content, context.restrict_tree(tree, spec.inputs));
  }
  // The patterns count, too: what they left out when they were others may have mattered.
  KeyText key;
  key.add(content.str()).add(spec.inputs).add(spec.run).add(name_of(spec.report));
  key.add(spec.timeout).add(spec.reruns).add(spec.clean ? 1 : 0);
  key.add(context.environment).add(context.toolchain);
  return os::sha256_hex(key.text());
}

Result<std::string> toolchain_fingerprint(const core::UserSettings& user, const std::string& root,
                                          const os::Environment& environment) {
  if (user.toolchain.empty()) return std::string();
  os::Command shell;
  shell.argv = {"/bin/sh", "-c", user.toolchain};
  shell.cwd = root;
  shell.env = environment;
  PAR_ASSIGN(auto finished, os::run(shell));
  if (finished.exit_code == 0) return std::move(finished.out);
  Error error(fmt::format("'{}' exited with {}", display_text(user.toolchain), finished.exit_code));
  if (const auto said = trim(finished.err); !said.empty()) error.causes.push_back(display_text(said));
  return std::move(error).hint(
      "it is 'par.toolchain' in your git config, whose output stands for the tools that validations use");
}

}  // namespace par::app
