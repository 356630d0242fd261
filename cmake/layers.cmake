# One static library per layer of ARCHITECTURE.md. What a layer may include is what it links here;
# tests/checks/layers.sh checks the includes themselves.
function(par_layer name)
  cmake_parse_arguments(ARG "" "" "USES;WITH" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "_main\\.cc$")
  if(NOT sources)
    add_library(par_${name} INTERFACE)
    return()
  endif()
  add_library(par_${name} STATIC ${sources})
  set(layers ${ARG_USES})
  list(TRANSFORM layers PREPEND par_)
  target_link_libraries(par_${name} PUBLIC par_options ${layers} PRIVATE ${ARG_WITH})
  # Half of the time of a build is spent in these, and half of the rest in what several sources use of them;
  # tests/checks/tidy.sh builds without, so that every source still includes what it uses. (base compiles with
  # settings of its own.)
  if(name STREQUAL base OR name STREQUAL core)
    target_precompile_headers(par_${name} PRIVATE <algorithm> <functional> <map> <memory> <optional> <string>
      <variant> <vector> <fmt/format.h>)
  else()
    target_precompile_headers(par_${name} REUSE_FROM par_core)
  endif()
  set_target_properties(par_${name} PROPERTIES UNITY_BUILD ${PAR_UNITY})
endfunction()

# Every command's file calls its parts the same.
file(GLOB commands CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/src/cli/cmd_*.cc)
set_source_files_properties(${commands} PROPERTIES SKIP_UNITY_BUILD_INCLUSION ON)

par_layer(base WITH fmt::fmt PkgConfig::UTF8PROC)
target_link_libraries(par_base PUBLIC fmt::fmt)
par_layer(core USES base)
par_layer(os USES base WITH PkgConfig::NETTLE)
par_layer(git USES os core base WITH PkgConfig::GIT2)
par_layer(config USES core base WITH PkgConfig::TOMLPP)
par_layer(import USES core base WITH pugixml::pugixml simdjson::simdjson)
par_layer(store USES os core base WITH PkgConfig::SQLITE simdjson::simdjson)
par_layer(app USES core base os git config import store)
par_layer(cli USES app core base os git config import store WITH CLI11::CLI11)
