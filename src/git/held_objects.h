// Objects that were written but are held in memory, so that many are stored at once. Internal to git/.
#pragma once

#include <git2.h>
#include <git2/sys/odb_backend.h>

#include <cstring>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "git/pack_text.h"

namespace par::git {

// A backend of an object database: the first that is read and, while it holds, the only one that is written.
class HeldObjects : private git_odb_backend {
 public:
  // The database owns it from then on.
  [[nodiscard]] static Result<HeldObjects*> attach(git_odb* database);

  // From now on objects stay here, until `release`.
  void hold();
  // Writes a tree that is much like another one: where it is stored in one pack with that one, it is stored
  // as what differs.
  [[nodiscard]] Result<git_oid> write_tree(std::string text, const git_oid& like);
  // Stores what is held below `objects_dir`: few small objects as files of their own, otherwise one pack,
  // which is there as a whole or not at all. Goes on holding.
  [[nodiscard]] Result<void> store(const std::string& objects_dir);
  // Of what is held.
  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  // Holds no more; what was not stored is gone.
  void release();

 private:
  struct Held {
    git_oid id{};
    git_object_t type = GIT_OBJECT_INVALID;
    std::string content;
    git_oid like{};  // none: 0
  };
  struct Hash {
    std::size_t operator()(const git_oid& id) const {
      std::size_t hash = 0;
      std::memcpy(&hash, id.id, sizeof hash);
      return hash;
    }
  };
  struct Equal {
    bool operator()(const git_oid& a, const git_oid& b) const { return git_oid_equal(&a, &b) != 0; }
  };

  using Places = std::unordered_map<git_oid, std::size_t, Hash, Equal>;  // in a list of what is held

  HeldObjects();
  [[nodiscard]] static HeldObjects& of(git_odb_backend* backend) {
    return *static_cast<HeldObjects*>(backend);
  }
  [[nodiscard]] const Held* find(const git_oid& id) const;
  void put(Held object);
  [[nodiscard]] static PackFiles pack_of(const std::vector<Held>& objects, const Places& places,
                                         std::size_t bytes);
  [[nodiscard]] Result<void> store_loose(const std::vector<Held>& objects);

  static int read_held(void** data, std::size_t* size, git_object_t* type, git_odb_backend* self,
                       const git_oid* id);
  static int read_held_header(std::size_t* size, git_object_t* type, git_odb_backend* self,
                              const git_oid* id);
  static int write_held(git_odb_backend* self, const git_oid* id, const void* data, std::size_t size,
                        git_object_t type);
  static int has_held(git_odb_backend* self, const git_oid* id);
  static void free_held(git_odb_backend* self);

  std::size_t bytes_ = 0;
  std::vector<Held> objects_;  // in the order in which they were written
  Places places_;
};

}  // namespace par::git
