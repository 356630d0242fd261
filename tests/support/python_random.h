// Python's random numbers: random.Random(seed) and its sample(), as Python 3.11 has them, so that worlds made
// here are those of a program in Python with the same seed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace par::test {

class PythonRandom {
 public:
  explicit PythonRandom(std::uint32_t seed);

  // Uniform in [0, 1), of 53 bits.
  double random();
  // Uniform in [0, n). n > 0.
  std::size_t below(std::size_t n);
  // `count` different numbers below n, in random order.
  std::vector<std::size_t> sample(std::size_t n, std::size_t count);

 private:
  std::mt19937 engine_;
};

}  // namespace par::test
