# Compiler settings shared by every target of ours.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(par_options INTERFACE)
target_include_directories(par_options INTERFACE ${PROJECT_SOURCE_DIR}/src)
target_compile_options(par_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wimplicit-fallthrough)
if(PAR_WERROR)
  target_compile_options(par_options INTERFACE -Werror)
  if(PAR_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # With the sanitizers' checks in between, GCC 12 sees overlaps, bounds and uninitialised values in
    # std::string and std::regex where there are none (its bugs 105329 and 105651).
    target_compile_options(par_options INTERFACE -Wno-error=array-bounds -Wno-error=restrict
      -Wno-error=stringop-overflow -Wno-error=maybe-uninitialized)
  endif()
endif()
if(PAR_SANITIZE)
  target_compile_options(par_options INTERFACE -fsanitize=${PAR_SANITIZE} -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(par_options INTERFACE -fsanitize=${PAR_SANITIZE})
endif()
target_compile_definitions(par_options INTERFACE
  PAR_VERSION="${PROJECT_VERSION}"
  $<$<BOOL:${PAR_PORTABLE}>:PAR_PORTABLE=1>
  $<$<BOOL:${PAR_CRASH_POINTS}>:PAR_CRASH_POINTS=1>)
