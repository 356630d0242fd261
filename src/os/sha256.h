// SHA-256 (nettle), as 64 hex digits: names of plans, keys of the validation cache, the journal's chain, what
// a file held when it was imported.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace par::os {

class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::string_view data);
  // Of all that was added; more may follow.
  [[nodiscard]] std::string hex() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

[[nodiscard]] std::string sha256_hex(std::string_view data);

}  // namespace par::os
