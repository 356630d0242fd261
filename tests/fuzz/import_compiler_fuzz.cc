#include "import_fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return par::import::fuzz_import(par::import::Format::compiler, data, size);
}
