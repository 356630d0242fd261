#include "support/python_random.h"

#include <bit>
#include <cmath>
#include <set>

namespace par::test {
namespace {

constexpr std::size_t kWords = 624;

// The generator's state as Python makes it of a seed of one word (init_by_array of MT19937).
struct PythonSeed {
  using result_type = std::uint32_t;
  std::uint32_t key;

  template <class Iterator>
  void generate(Iterator begin, Iterator) const {
    std::array<std::uint32_t, kWords> state{};
    state[0] = 19650218U;
    for (std::uint32_t i = 1; i < kWords; ++i)
      state[i] = 1812433253U * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
    std::uint32_t i = 1;
    const auto step = [&](std::uint32_t factor) {
      const std::uint32_t mixed = (state[i - 1] ^ (state[i - 1] >> 30)) * factor;
      state[i] ^= mixed;
    };
    const auto advance = [&] {
      if (++i < kWords) return;
      state[0] = state[kWords - 1];
      i = 1;
    };
    for (std::size_t left = kWords; left > 0; --left) {
      step(1664525U);
      state[i] += key;
      advance();
    }
    for (std::size_t left = kWords - 1; left > 0; --left) {
      step(1566083941U);
      state[i] -= i;
      advance();
    }
    state[0] = 0x80000000U;
    for (std::size_t word = 0; word < kWords; ++word) *begin++ = state[word];
  }
};

std::mt19937 seeded(std::uint32_t seed) {
  PythonSeed sequence{seed};
  return std::mt19937(sequence);
}

}  // namespace

PythonRandom::PythonRandom(std::uint32_t seed) : engine_(seeded(seed)) {}

double PythonRandom::random() {
  const auto high = static_cast<double>(engine_() >> 5);
  const auto low = static_cast<double>(engine_() >> 6);
  return (high * 67108864.0 + low) / 9007199254740992.0;
}

std::size_t PythonRandom::below(std::size_t n) {
  const auto bits = static_cast<unsigned>(std::bit_width(n));
  std::size_t drawn = n;
  while (drawn >= n) drawn = engine_() >> (32 - bits);
  return drawn;
}

std::vector<std::size_t> PythonRandom::sample(std::size_t n, std::size_t count) {
  std::size_t set_size = 21;
  if (count > 5)
    set_size += static_cast<std::size_t>(
        std::pow(4, std::ceil(std::log(static_cast<double>(count) * 3) / std::log(4.0))));
  std::vector<std::size_t> drawn;
  if (n <= set_size) {
    std::vector<std::size_t> pool(n);
    for (std::size_t i = 0; i < n; ++i) pool[i] = i;
    for (std::size_t i = 0; i < count; ++i) {
      const auto at = below(n - i);
      drawn.push_back(pool[at]);
      pool[at] = pool[n - i - 1];
    }
    return drawn;
  }
  std::set<std::size_t> seen;
  while (drawn.size() < count) {
    const auto next = below(n);
    if (seen.insert(next).second) drawn.push_back(next);
  }
  return drawn;
}

}  // namespace par::test
