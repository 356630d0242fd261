#include "base/stable_hash.h"

#include <bit>
#include <cstring>

#include "base/check.h"

namespace par {
namespace {

// At most eight bytes with the first as the lowest, whatever the machine's order.
std::uint64_t word(std::string_view bytes) {
  std::uint64_t value = 0;
  if (std::endian::native == std::endian::little && bytes.size() == 8) {
    std::memcpy(&value, bytes.data(), 8);
    return value;
  }
  for (std::size_t i = bytes.size(); i-- > 0;) value = value << 8U | static_cast<unsigned char>(bytes[i]);
  return value;
}

class SipState {
 public:
  void compress(std::uint64_t message) {
    v3_ ^= message;
    rounds(2);
    v0_ ^= message;
  }
  [[nodiscard]] Hash128 finish() {
    Hash128 hash;
    v2_ ^= 0xee;
    rounds(4);
    hash.low = v0_ ^ v1_ ^ v2_ ^ v3_;
    v1_ ^= 0xdd;
    rounds(4);
    hash.high = v0_ ^ v1_ ^ v2_ ^ v3_;
    return hash;
  }

 private:
  void rounds(int count) {
    for (int i = 0; i < count; ++i) {
      v0_ += v1_, v2_ += v3_;
      v1_ = std::rotl(v1_, 13) ^ v0_;
      v3_ = std::rotl(v3_, 16) ^ v2_;
      v0_ = std::rotl(v0_, 32) + v3_;
      v2_ += v1_;
      v3_ = std::rotl(v3_, 21) ^ v0_;
      v1_ = std::rotl(v1_, 17) ^ v2_;
      v2_ = std::rotl(v2_, 32);
    }
  }

  static constexpr std::uint64_t kKeyLow = 0x0706050403020100;
  static constexpr std::uint64_t kKeyHigh = 0x0f0e0d0c0b0a0908;

  std::uint64_t v0_ = 0x736f6d6570736575 ^ kKeyLow;
  std::uint64_t v1_ = 0x646f72616e646f6d ^ kKeyHigh ^ 0xee;
  std::uint64_t v2_ = 0x6c7967656e657261 ^ kKeyLow;
  std::uint64_t v3_ = 0x7465646279746573 ^ kKeyHigh;
};

}  // namespace

Hash128 stable_hash(std::string_view bytes) {
  SipState state;
  const std::uint64_t length = bytes.size();
  for (; bytes.size() >= 8; bytes.remove_prefix(8)) state.compress(word(bytes.substr(0, 8)));
  state.compress(word(bytes) | length << 56U);
  return state.finish();
}

std::string base32(const Hash128& hash, std::size_t digits) {
  check(digits <= 25, "a hash has 25 whole digits");
  static constexpr std::string_view kDigits = "abcdefghijklmnopqrstuvwxyz234567";
  Hash128 rest = hash;
  std::string out;
  for (std::size_t i = 0; i < digits; ++i) {
    out += kDigits[rest.low & 31U];
    rest.low = rest.low >> 5U | rest.high << 59U;
    rest.high >>= 5U;
  }
  return out;
}

}  // namespace par
