#include "git/held_objects.h"

#include <fmt/format.h>

#include <utility>

#include "git/handle.h"
#include "git/pack_text.h"
#include "os/files.h"

namespace par::git {
namespace {

// As git does with what it fetches (fetch.unpackLimit).
constexpr std::size_t kFewestInPack = 100;
constexpr int kPriority = 100;  // above those that libgit2 brings

using IndexerHandle = Handle<git_indexer, git_indexer_free>;

// A pack that a power cut left short would be in the way of all others: it is on the disk before it has its
// name. (What else libgit2 writes is synced at once, by make_durable.)
class Synced {
 public:
  Synced() { git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 1); }
  Synced(const Synced&) = delete;
  Synced& operator=(const Synced&) = delete;
  ~Synced() { git_libgit2_opts(GIT_OPT_ENABLE_FSYNC_GITDIR, 0); }
};

Result<void> store_pack(const std::string& directory, const std::string& pack) {
  PAR_TRY(os::make_directories(directory));
  const Synced synced;
  git_indexer* raw = nullptr;
  if (git_indexer_new(&raw, directory.c_str(), 0444, nullptr, nullptr) != 0)
    return git2_error("cannot write a pack");
  const IndexerHandle indexer(raw);
  git_indexer_progress progress{};
  if (git_indexer_append(raw, pack.data(), pack.size(), &progress) != 0 ||
      git_indexer_commit(raw, &progress) != 0)
    return git2_error(fmt::format("cannot write a pack to '{}'", directory));
  return {};
}

}  // namespace

HeldObjects::HeldObjects() : git_odb_backend() {
  version = GIT_ODB_BACKEND_VERSION;
  git_odb_backend::read = read_held;
  git_odb_backend::read_header = read_held_header;
  git_odb_backend::exists = has_held;
  git_odb_backend::free = free_held;
}

Result<HeldObjects*> HeldObjects::attach(git_odb* database) {
  auto* held = new HeldObjects();  // NOLINT(cppcoreguidelines-owning-memory): the database frees it
  if (git_odb_add_backend(database, held, kPriority) == 0) return held;
  delete held;  // NOLINT(cppcoreguidelines-owning-memory)
  return git2_error("cannot start libgit2");
}

void HeldObjects::hold() { git_odb_backend::write = write_held; }

void HeldObjects::release() {
  git_odb_backend::write = nullptr;
  bytes_ = 0;
  objects_.clear();
  places_.clear();
}

Result<void> HeldObjects::store(const std::string& objects_dir) {
  // Not to be found here any more, or they would not be written elsewhere.
  const auto objects = std::exchange(objects_, {});
  const auto bytes = std::exchange(bytes_, 0);
  places_.clear();
  if (objects.size() < kFewestInPack) return store_loose(objects);
  PackText pack(objects.size(), bytes);
  for (const auto& object : objects) pack.add(static_cast<unsigned>(object.type), object.content);
  return store_pack(objects_dir + "/pack", std::move(pack).take());
}

Result<void> HeldObjects::store_loose(const std::vector<Held>& objects) {
  const auto held_write = std::exchange(git_odb_backend::write, nullptr);
  bool stored = true;
  for (const auto& object : objects) {
    git_oid id{};
    stored = git_odb_write(&id, odb, object.content.data(), object.content.size(), object.type) == 0;
    if (!stored) break;
  }
  git_odb_backend::write = held_write;
  if (!stored) return git2_error("cannot write an object");
  return {};
}

const HeldObjects::Held* HeldObjects::find(const git_oid& id) const {
  const auto place = places_.find(id);
  return place == places_.end() ? nullptr : &objects_[place->second];
}

int HeldObjects::read_held(void** data, std::size_t* size, git_object_t* type, git_odb_backend* self,
                           const git_oid* id) {
  const Held* held = of(self).find(*id);
  if (held == nullptr) return GIT_ENOTFOUND;
  // With a 0 behind it, as those of the other backends.
  *data = git_odb_backend_data_alloc(self, held->content.size() + 1);
  if (*data == nullptr) return GIT_ERROR;
  std::memcpy(*data, held->content.c_str(), held->content.size() + 1);
  *size = held->content.size();
  *type = held->type;
  return 0;
}

int HeldObjects::read_held_header(std::size_t* size, git_object_t* type, git_odb_backend* self,
                                  const git_oid* id) {
  const Held* held = of(self).find(*id);
  if (held == nullptr) return GIT_ENOTFOUND;
  *size = held->content.size();
  *type = held->type;
  return 0;
}

int HeldObjects::write_held(git_odb_backend* self, const git_oid* id, const void* data, std::size_t size,
                            git_object_t type) {
  HeldObjects& held = of(self);
  if (!held.places_.emplace(*id, held.objects_.size()).second) return 0;
  held.objects_.push_back({*id, type, std::string(static_cast<const char*>(data), size)});
  held.bytes_ += size;
  return 0;
}

int HeldObjects::has_held(git_odb_backend* self, const git_oid* id) {
  return of(self).find(*id) != nullptr ? 1 : 0;
}

void HeldObjects::free_held(git_odb_backend* self) {
  delete &of(self);  // NOLINT(cppcoreguidelines-owning-memory)
}

}  // namespace par::git
