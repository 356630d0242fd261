// Random small histories, merged by us and by git: the same tree, or both refuse. PAR_SWEEP=<rounds> tries
// more of them.
#include <algorithm>
#include <map>
#include <random>

#include "base/strings.h"
#include "support/merge_reference.h"
#include "support/random_rules.h"
#include "unit/git/git_test.h"

using namespace par;
using namespace par::test;

namespace {

struct Entry {
  std::string content;
  std::string mode = "100644";
};
using Files = std::map<std::string, Entry>;

// Few lines, few of them different: so that it is hard to tell which is which.
const std::vector<std::string> kLines{"{", "}", "", "a", "b", "c", "return;"};
const std::vector<std::string> kNames{"a",     "A",     "b",   "d/a",   "d/b",   "d/B",   "d/e/f",
                                      "d/e/g", "d/e/h", "D/q", "x/y",   "x/z",   "x",     "n/m/o",
                                      "n/m/p", "d/e/F", "q/r", "q/r/s", "long1", "long2", "d"};
const std::vector<std::string> kDirectories{"d", "d/e", "x", "n", "n/m", "moved", "moved/e", "D"};

class History {
 public:
  explicit History(unsigned seed) : random_(seed) {}

  Files base() {
    Files files;
    for (int i = 0; i < 7; ++i) add(files, any(kNames), {text(), "100644"});
    return files;
  }
  Files changed(Files files) {
    for (auto left = 1 + below(4); left > 0; --left) change(files);
    return files;
  }

 private:
  std::size_t below(std::size_t n) { return random_() % n; }
  const std::string& any(const std::vector<std::string>& texts) { return texts[below(texts.size())]; }

  std::string text() {
    std::string text;
    for (auto left = 4 + below(12); left > 0; --left) text += any(kLines) + "\n";
    return text;
  }
  static void add(Files& files, const std::string& path, Entry entry) {
    const bool clash = std::any_of(files.begin(), files.end(), [&](const auto& file) {
      return file.first.starts_with(path + "/") || path.starts_with(file.first + "/");
    });
    if (!clash) files[path] = std::move(entry);
  }
  void edit(Entry& entry) {
    if (entry.mode == "120000") {
      entry.content = any(kNames);
      return;
    }
    auto lines = split_terminated(entry.content, '\n');
    const auto at = static_cast<std::ptrdiff_t>(below(lines.size() + 1));
    if (below(6) == 0 && lines.size() > 3) {  // a block moves
      const auto end = lines.begin() + 1 + static_cast<std::ptrdiff_t>(below(lines.size() - 2));
      std::rotate(lines.begin(), end, lines.end() - static_cast<std::ptrdiff_t>(below(2)));
    } else if (below(3) == 0 || lines.empty() || at == static_cast<std::ptrdiff_t>(lines.size()))
      lines.insert(lines.begin() + at, any(kLines));
    else if (below(2) == 0)
      lines.erase(lines.begin() + at);
    else
      lines[static_cast<std::size_t>(at)] = "new " + std::to_string(below(3));
    entry.content = join(lines, "\n") + (below(12) == 0 ? "" : "\n");
  }
  void move_directory(Files& files) {
    const std::string from = any(kDirectories) + "/";
    const std::string to = any(kDirectories) + "/";
    Files moved;
    for (const auto& [path, entry] : Files(files)) {
      if (!path.starts_with(from)) continue;
      moved[to + path.substr(from.size())] = entry;
      files.erase(path);
    }
    for (auto& [path, entry] : moved) add(files, path, std::move(entry));
  }
  void change(Files& files) {
    if (files.empty()) return add(files, any(kNames), {text(), "100644"});
    const auto some = std::next(files.begin(), static_cast<std::ptrdiff_t>(below(files.size())));
    Entry entry = some->second;
    switch (below(10)) {
      case 0:
        files.erase(some);
        break;
      case 1:
        add(files, any(kNames), {text(), "100644"});
        break;
      case 2:
        some->second.mode = entry.mode == "100755" ? "100644" : "100755";
        if (entry.mode == "120000") some->second.content = text();
        break;
      case 3:
        some->second = {any(kNames), "120000"};
        break;
      case 4:
        move_directory(files);
        break;
      case 5:
      case 6:
        files.erase(some);
        if (below(2) == 0) edit(entry);
        add(files, any(kNames), std::move(entry));
        break;
      default:
        edit(some->second);
    }
  }

  std::mt19937 random_;
};

std::string commit_text(const std::string& branch, const std::string& parent, const Files& files) {
  std::string text = "commit refs/heads/" + branch + "\ncommitter c <c@example.com> 1 +0000\ndata 0\n";
  if (!parent.empty()) text += "from refs/heads/" + parent + "\n";
  text += "deleteall\n";
  for (const auto& [path, entry] : files)
    text += "M " + entry.mode + " inline " + path + "\ndata " + std::to_string(entry.content.size()) + "\n" +
            entry.content + "\n";
  return text + "\n";
}

void check_rounds(std::size_t first, std::size_t count) {
  const GitRepo repo(true);
  auto objects = value_of(git::Objects::open(repo.git_dir()));
  std::string stream;
  for (auto round = first; round < first + count; ++round) {
    History history(static_cast<unsigned>(round));
    const auto name = std::to_string(round);
    const Files base = history.base();
    stream += commit_text("base" + name, "", base);
    stream += commit_text("ours" + name, "base" + name, history.changed(base));
    stream += commit_text("theirs" + name, "base" + name, history.changed(base));
  }
  const auto imported =
      value_of(os::run({{"git", "fast-import", "--quiet"}, repo.root(), repo.environment(), stream, false}));
  REQUIRE(imported.exit_code == 0);
  std::map<std::string, std::string> tips;
  const auto refs = repo.git({"for-each-ref", "--format=%(refname:lstrip=2) %(objectname)"});
  for (const auto& line : split_terminated(refs, '\n')) {
    const auto words = split(line, ' ');
    tips[words[0]] = words[1];
  }
  std::vector<CommitPair> pairs;
  for (auto round = first; round < first + count; ++round)
    pairs.emplace_back(tips["ours" + std::to_string(round)], tips["theirs" + std::to_string(round)]);
  const auto expected = reference_trees(repo.git_dir(), repo.environment(), pairs);
  for (std::size_t i = 0; i < count; ++i) {
    INFO("round " << first + i);
    const auto merged = value_of(objects.merge_commits(ObjectId(pairs[i].first), ObjectId(pairs[i].second)));
    CHECK(merged.tree.str() == expected[i]);
    CHECK(merged.tree.empty() != merged.conflicts.empty());
  }
}

}  // namespace

TEST_CASE("merge_commits: random histories give what git gives") {
  constexpr std::size_t kAtOnce = 500;
  const auto rounds = sweep_count(60);
  for (std::size_t first = 0; first < rounds; first += kAtOnce)
    check_rounds(first, std::min(kAtOnce, rounds - first));
}
