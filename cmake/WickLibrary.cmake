# wick_library(NAME DEPENDS lower rooms LINKS outside libraries): one library per folder.
#
# Sources are the folder's *.cpp; *_test.cpp become the executable NAME_test. The dependency direction is the
# order below: a room may depend only on rooms of a lower level, and may include only headers of rooms it
# depends on (cmake/check_includes.cmake, run as part of every build).
set(WICK_LEVEL_base 0)
set(WICK_LEVEL_crypto 1)
set(WICK_LEVEL_json_schema 1)
set(WICK_LEVEL_db 2)
set(WICK_LEVEL_http 2)
set(WICK_LEVEL_access 3)
set(WICK_LEVEL_remote 3)
set(WICK_LEVEL_identity 4)
set(WICK_LEVEL_audit 5)
set(WICK_LEVEL_tokens 6)
set(WICK_LEVEL_connectors 6)
set(WICK_LEVEL_oauth 7)
set(WICK_LEVEL_upstream 7)
set(WICK_LEVEL_mcp 8)
set(WICK_LEVEL_api 9)
set(WICK_LEVEL_app 10)

function(wick_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;LINKS" ${ARGN})
  foreach(dep IN LISTS ARG_DEPENDS)
    if(NOT DEFINED WICK_LEVEL_${dep})
      message(FATAL_ERROR "${name} depends on ${dep}, which has no level in cmake/WickLibrary.cmake")
    endif()
    if(NOT WICK_LEVEL_${dep} LESS WICK_LEVEL_${name})
      message(FATAL_ERROR "${name} may not depend on ${dep}: dependencies go only downwards")
    endif()
  endforeach()

  file(GLOB sources CONFIGURE_DEPENDS *.cpp *.S)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  list(TRANSFORM ARG_DEPENDS PREPEND wick_ OUTPUT_VARIABLE deps)
  add_library(wick_${name} STATIC ${sources})
  target_link_libraries(wick_${name} PUBLIC ${deps} ${ARG_LINKS})
  target_precompile_headers(wick_${name} REUSE_FROM wick_library_headers)

  string(REPLACE ";" "," allowed "${ARG_DEPENDS}")
  file(GLOB checked CONFIGURE_DEPENDS *.h *.cpp)
  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/includes.checked)
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${CMAKE_COMMAND} -DROOM=${name} -DALLOWED=${allowed} -DDIR=${CMAKE_CURRENT_SOURCE_DIR}
            -P ${CMAKE_SOURCE_DIR}/cmake/check_includes.cmake
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${checked} ${CMAKE_SOURCE_DIR}/cmake/check_includes.cmake
    COMMENT "Checking what ${name} includes")
  add_custom_target(check_includes_${name} DEPENDS ${stamp})
  add_dependencies(wick_${name} check_includes_${name})

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE wick_${name} GTest::gmock GTest::gtest_main)
    target_precompile_headers(${name}_test REUSE_FROM wick_test_headers)
    gtest_discover_tests(${name}_test DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600)
  endif()
endfunction()
