#include "git/target_move.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/strings.h"
#include "git/command.h"
#include "git/worktree_admin.h"
#include "git/worktree_files.h"
#include "os/files.h"

namespace par::git {
namespace {

std::string note_of(const FilesMove& move) { return move.worktree.git_dir + "/par-landing"; }

std::string lock_of(const FilesMove& move) { return move.worktree.git_dir + "/index.lock"; }

std::string note_text(const FilesMove& move) {
  return fmt::format("{} {}", move.from.id.str(), move.to.id.str());
}

bool has_note(const FilesMove& move) {
  return os::exists(note_of(move)) && os::read_file(note_of(move)).value_or("") == note_text(move);
}

// Index and files are exactly this commit's.
Result<bool> stands_at(const Worktree& worktree, const ObjectId& commit) {
  const CommandOptions options = in_worktree(worktree);
  PAR_ASSIGN(const auto staged, run_git({"diff-index", "--cached", "--quiet", commit.str(), "--"}, options));
  if (staged.exit_code == 1) return false;
  if (staged.exit_code != 0) return command_failed("diff-index", staged);
  // Files that only look changed would count as changed. (Exits 1 where some are.)
  PAR_TRY(run_git({"update-index", "-q", "--refresh"}, options));
  PAR_ASSIGN(const auto files, run_git({"diff-files", "--quiet", "--ignore-submodules=dirty"}, options));
  if (files.exit_code > 1) return command_failed("diff-files", files);
  return files.exit_code == 0;
}

// A file that git was writing when it was killed holds the beginning of what it was to hold, or nothing.
Result<bool> is_torn(const Objects& objects, const RepoPath& path, const ObjectId& found,
                     const ObjectId& to) {
  PAR_ASSIGN(const auto now, objects.file_at(found, path));
  if (!now) return true;
  PAR_ASSIGN(const auto wanted, objects.file_at(to, path));
  return wanted && wanted->starts_with(*now);
}

// Whether all that stands between `from` and `to` can be the work of a move that was cut off: every file is
// as in one of the two, or a torn one of `to`; what is staged is one of the two; whatever is untracked is in
// neither.
Result<bool> is_between(Objects& objects, const FilesMove& move) {
  const std::string index = move.worktree.git_dir + "/par-index";
  PAR_TRY(copy_index(move.worktree, index));
  CommandOptions options = in_worktree(move.worktree);
  options.index_file = index;
  const auto written = run_git({"write-tree"}, options);
  auto files = write_index_tree(move.worktree, index);
  PAR_TRY(os::remove_file(index));
  if (!written) return written.error();
  const ObjectId staged(trim(written->out));
  if (staged != move.from.tree && staged != move.to.tree) return false;

  PAR_ASSIGN(const ObjectId tree, std::move(files));
  PAR_ASSIGN(const ObjectId found, objects.write_commit({tree, {move.from.id}, "files\n", {}, {}}));
  PAR_ASSIGN(const auto off_from, objects.changed_paths(move.from.tree, tree));
  PAR_ASSIGN(const auto off_to, objects.changed_paths(move.to.tree, tree));
  PAR_ASSIGN(const auto moving, objects.changed_paths(move.from.tree, move.to.tree));
  PAR_ASSIGN(const auto tracked, objects.paths(move.from.id));
  for (const auto& path : off_from) {
    if (!std::binary_search(off_to.begin(), off_to.end(), path)) continue;  // as in `to`
    if (std::binary_search(moving.begin(), moving.end(), path)) {
      PAR_ASSIGN(const bool torn, is_torn(objects, path, found, move.to.id));
      if (!torn) return false;
    } else if (std::find(tracked.begin(), tracked.end(), path) != tracked.end()) {
      return false;
    }
  }
  return true;
}

Result<FilesOutcome> finish_cut_off(Objects& objects, const FilesMove& move) {
  PAR_ASSIGN(const bool between, is_between(objects, move));
  if (!between) return FilesOutcome::dirty;
  // The lock is of the git that was moving the files: the note was written just before it began.
  PAR_TRY(os::remove_file(lock_of(move)));
  PAR_TRY(git_output({"read-tree", "--reset", "-u", move.to.id.str()}, in_worktree(move.worktree)));
  return FilesOutcome::moved;
}

Result<FilesOutcome> move_noted(const FilesMove& move) {
  PAR_TRY(os::write_file_durably(note_of(move), note_text(move)));
  PAR_ASSIGN(const bool moved, move_files(move.worktree, move.from.id, move.to.id));
  if (moved) return FilesOutcome::moved;
  PAR_TRY(end_files_move(move));
  return os::exists(lock_of(move)) ? FilesOutcome::locked : FilesOutcome::blocked;
}

}  // namespace

Result<FilesOutcome> take_files(Objects& objects, const FilesMove& move, bool ref_is_moved) {
  if (ref_is_moved) {
    PAR_ASSIGN(const bool at_old, stands_at(move.worktree, move.from.id));
    if (at_old) PAR_TRY(move_files(move.worktree, move.from.id, move.to.id));
    if (!at_old && has_note(move)) PAR_TRY(finish_cut_off(objects, move));
    return FilesOutcome::moved;
  }
  PAR_ASSIGN(const bool clean, is_clean(move.worktree));
  if (clean) return move_noted(move);
  if (!operation_waits(move.worktree)) {
    PAR_ASSIGN(const bool at_new, stands_at(move.worktree, move.to.id));
    if (at_new) return FilesOutcome::moved;
    if (has_note(move)) return finish_cut_off(objects, move);
  }
  return FilesOutcome::dirty;
}

Result<void> end_files_move(const FilesMove& move) { return os::remove_file(note_of(move)); }

}  // namespace par::git
