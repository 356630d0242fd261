#include "git/held_objects.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

#include "git/handle.h"
#include "git/objects_impl.h"
#include "git/pack_text.h"
#include "os/crash_point.h"
#include "os/files.h"
#include "os/sha1.h"

namespace par::git {
namespace {

// As git does with what it fetches (fetch.unpackLimit), and packs (pack.depth).
constexpr std::size_t kFewestInPack = 100;
constexpr std::size_t kMostLoose = 4 << 20;  // bytes: large trees are much like each other
constexpr int kMostDifferences = 50;         // one on the other
constexpr int kPriority = 100;               // above those that libgit2 brings

Result<void> rename_file(const std::string& from, const std::string& to) {
  std::error_code error;
  std::filesystem::rename(from, to, error);
  if (error) return Error(fmt::format("cannot write '{}': {}", to, error.message()));
  return {};
}

// `path` without what is added to it: of the files as they are to be, and of those in the making.
struct PackPlace {
  std::string path;
  std::string making;
};

Result<void> write_pack(const PackPlace& place, const PackFiles& files) {
  PAR_TRY(os::write_file_durably(place.making + ".pack", files.pack, 0444));
  PAR_TRY(os::crash_point("pack.written"));
  PAR_TRY(os::write_file_durably(place.making + ".idx", files.index, 0444));
  PAR_TRY(rename_file(place.making + ".pack", place.path + ".pack"));
  return rename_file(place.making + ".idx", place.path + ".idx");
}

// A pack that a power cut left short would be in the way of all others: it is on the disk before it has its
// name, and its index, by which packs are found, comes last. What is left of it when we are killed has a name
// of the kind that `git prune`, and with it `git gc`, removes when it is old.
Result<void> store_pack(const std::string& directory, const PackFiles& files) {
  PAR_TRY(os::make_directories(directory));
  // Another process may store the same objects at the same time.
  const PackPlace place{directory + "/" + files.name,
                        fmt::format("{}/tmp_{}.{}", directory, files.name, ::getpid())};
  auto written = write_pack(place, files);
  if (written) return {};
  for (const char* suffix : {".pack", ".idx"}) static_cast<void>(os::remove_file(place.making + suffix));
  return written;
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
  const auto places = std::exchange(places_, {});
  if (objects.size() < kFewestInPack && bytes < kMostLoose) return store_loose(objects);
  return store_pack(objects_dir + "/pack", pack_of(objects, places, bytes));
}

// Each that is like one before it as what differs. (The empty tree is not: git takes a difference of less
// than four bytes for a broken one.)
PackFiles HeldObjects::pack_of(const std::vector<Held>& objects, const Places& places, std::size_t bytes) {
  struct Stored {
    std::uint32_t begin = 0;
    int differences = 0;
  };
  std::vector<Stored> stored;
  PackText pack(objects.size(), bytes);
  for (const auto& object : objects) {
    const auto like = places.find(object.like);
    const bool differs = !object.content.empty() && like != places.end() && like->second < stored.size() &&
                         stored[like->second].differences < kMostDifferences;
    if (!differs) {
      stored.push_back({pack.add(object.id, object.type, object.content)});
      continue;
    }
    const auto& base = stored[like->second];
    const auto begin =
        pack.add_difference(object.id, base.begin, objects[like->second].content, object.content);
    stored.push_back({begin, base.differences + 1});
  }
  return std::move(pack).take();
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

void HeldObjects::put(Held object) {
  if (!places_.emplace(object.id, objects_.size()).second) return;
  bytes_ += object.content.size();
  objects_.push_back(std::move(object));
}

Result<git_oid> HeldObjects::write_tree(std::string text, const git_oid& like) {
  git_oid id{};
  if (git_odb_backend::write == nullptr) {
    if (git_odb_write(&id, odb, text.data(), text.size(), GIT_OBJECT_TREE) != 0)
      return git2_error("cannot write a tree");
    return id;
  }
  const std::string digest = os::sha1_bytes(fmt::format("tree {}", text.size()) + '\0' + text);
  id = oid_of_digest(digest);
  put({id, GIT_OBJECT_TREE, std::move(text), like});
  return id;
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
  of(self).put({*id, type, std::string(static_cast<const char*>(data), size)});
  return 0;
}

int HeldObjects::has_held(git_odb_backend* self, const git_oid* id) {
  return of(self).find(*id) != nullptr ? 1 : 0;
}

void HeldObjects::free_held(git_odb_backend* self) {
  delete &of(self);  // NOLINT(cppcoreguidelines-owning-memory)
}

}  // namespace par::git
