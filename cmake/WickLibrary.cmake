# wick_library(NAME DEPENDS modules TEST_DEPENDS modules LINKS outside libraries ALONE sources): one library for each folder.
#
# Sources are the folder's *.cpp; *_test.cpp become the executable NAME_test. TEST_DEPENDS: further modules that only the tests
# use. ALONE: sources that WICK_UNITY_BUILD compiles alone. cmake/modules.cmake has the rules for what a module may depend on.
include(${CMAKE_CURRENT_LIST_DIR}/modules.cmake)

# Tests are compiled once and run for seconds, so they are not optimised, and each source stands alone.
function(wick_test_program name)
  target_precompile_headers(${name} REUSE_FROM wick_test_headers)
  target_compile_options(${name} PRIVATE -O0)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600)
endfunction()

# Replaces the sources in the list `variable` by files in the build folder that include eight of them each. They are included
# by relative paths, so that ccache finds in one checkout what was compiled in another; CMake's own unity build has absolute ones.
function(wick_group_sources variable)
  set(groups)
  set(text)
  set(count 0)
  foreach(source IN LISTS ${variable})
    file(RELATIVE_PATH path ${CMAKE_SOURCE_DIR}/src ${source})
    string(APPEND text "#include \"${path}\"\n")
    math(EXPR count "${count} + 1")
    math(EXPR place "${count} % 8")
    if(place EQUAL 0)
      list(APPEND groups "${text}")
      set(text)
    endif()
  endforeach()
  if(text)
    list(APPEND groups "${text}")
  endif()
  set(files)
  foreach(text IN LISTS groups)
    list(LENGTH files number)
    set(file ${CMAKE_CURRENT_BINARY_DIR}/sources_${number}.cpp)
    file(CONFIGURE OUTPUT ${file} CONTENT "${text}" @ONLY)  # leaves a file as it is that does not change
    list(APPEND files ${file})
  endforeach()
  set(${variable} ${files} PARENT_SCOPE)
endfunction()

function(wick_library name)
  cmake_parse_arguments(ARG "" "" "DEPENDS;TEST_DEPENDS;LINKS;ALONE" ${ARGN})
  if("testing" IN_LIST ARG_DEPENDS)
    message(FATAL_ERROR "${name} may depend on testing only in TEST_DEPENDS")
  endif()
  list(FIND WICK_MODULES ${name} own_place)
  set(test_dependencies ${ARG_TEST_DEPENDS})
  list(REMOVE_ITEM test_dependencies testing)  # its fixtures are for the tests of any module
  foreach(dependency IN LISTS ARG_DEPENDS test_dependencies)
    list(FIND WICK_MODULES ${dependency} place)
    if(place EQUAL -1 OR NOT place LESS own_place)
      message(FATAL_ERROR "${name} may not depend on ${dependency}: it does not stand before ${name} in cmake/modules.cmake")
    endif()
  endforeach()

  file(GLOB sources CONFIGURE_DEPENDS *.cpp *.S)
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cpp$")
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")

  list(TRANSFORM ARG_DEPENDS PREPEND wick_ OUTPUT_VARIABLE dependencies)
  list(TRANSFORM ARG_TEST_DEPENDS PREPEND wick_ OUTPUT_VARIABLE test_dependencies)
  if(WICK_UNITY_BUILD)
    set(alone ${sources})
    list(TRANSFORM ARG_ALONE PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
    list(REMOVE_ITEM sources ${ARG_ALONE})
    list(FILTER sources INCLUDE REGEX "\\.cpp$")
    list(REMOVE_ITEM alone ${sources})
    wick_group_sources(sources)
    list(APPEND sources ${alone})
  endif()
  add_library(wick_${name} STATIC ${sources})
  target_link_libraries(wick_${name} PUBLIC ${dependencies} ${ARG_LINKS})
  target_precompile_headers(wick_${name} REUSE_FROM wick_library_headers)
  if(WICK_UNITY_BUILD)
    # False alarms of g++ 12 about sources that include sources. The dev build has these warnings.
    target_compile_options(wick_${name} PRIVATE
      -Wno-subobject-linkage -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread -Wno-maybe-uninitialized)
  endif()

  string(REPLACE ";" "," allowed "${ARG_DEPENDS}")
  string(REPLACE ";" "," test_allowed "${ARG_TEST_DEPENDS}")
  string(REPLACE ";" "," modules "${WICK_MODULES}")
  file(GLOB checked CONFIGURE_DEPENDS *.h *.cpp)
  set(stamp ${CMAKE_CURRENT_BINARY_DIR}/includes.checked)
  add_custom_command(OUTPUT ${stamp}
    COMMAND ${CMAKE_COMMAND} -DMODULE=${name} -DMODULES=${modules} -DALLOWED=${allowed} -DTEST_ALLOWED=${test_allowed}
            -DDIR=${CMAKE_CURRENT_SOURCE_DIR}
            -P ${CMAKE_SOURCE_DIR}/cmake/check_includes.cmake
    COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
    DEPENDS ${checked} ${CMAKE_SOURCE_DIR}/cmake/check_includes.cmake
    COMMENT "Checking what ${name} includes")
  add_custom_target(check_includes_${name} DEPENDS ${stamp})
  add_dependencies(wick_${name} check_includes_${name})

  if(tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE wick_${name} ${test_dependencies} GTest::gmock GTest::gtest_main)
    wick_test_program(${name}_test)
  endif()
endfunction()
