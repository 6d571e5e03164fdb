# One room = one folder, one target, one namespace.
#   ondol_room(sim_power SOURCES a.cpp b.cpp PUBLIC ondol::topology_layers PRIVATE HDF5::HDF5)
# A room without sources is header-only.  All rooms share one include root, so that an include names its room.
get_filename_component(ONDOL_ROOT ${CMAKE_CURRENT_LIST_DIR} DIRECTORY)  # also when kernels/ is configured alone
if(ONDOL_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

# -Wno-restrict: g++ 12 reports std::string concatenation falsely (GCC bug 105329).
function(ondol_warnings target)
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wno-restrict
                         $<$<BOOL:${ONDOL_WERROR}>:-Werror>)
endfunction()

function(ondol_room name)
  cmake_parse_arguments(R "" "" "SOURCES;PUBLIC;PRIVATE" ${ARGN})
  if(R_SOURCES)
    add_library(ondol_${name} STATIC ${R_SOURCES})
    target_include_directories(ondol_${name} PUBLIC ${ONDOL_ROOT})
    target_link_libraries(ondol_${name} PUBLIC ${R_PUBLIC} PRIVATE ${R_PRIVATE})
    ondol_warnings(ondol_${name})
  else()
    add_library(ondol_${name} INTERFACE)
    target_include_directories(ondol_${name} INTERFACE ${ONDOL_ROOT})
    target_link_libraries(ondol_${name} INTERFACE ${R_PUBLIC})
  endif()
  add_library(ondol::${name} ALIAS ondol_${name})
endfunction()

# ondol_test(sim_power_psu_test SOURCES psu_test.cpp LINK ondol::sim_power)
function(ondol_test name)
  cmake_parse_arguments(T "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${T_SOURCES})
  target_link_libraries(${name} PRIVATE ${T_LINK} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE ONDOL_SOURCE_DIR="${PROJECT_SOURCE_DIR}" ONDOL_BINARY_DIR="${PROJECT_BINARY_DIR}")
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/tests)
  ondol_warnings(${name})
  gtest_discover_tests(${name} TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60)
endfunction()
