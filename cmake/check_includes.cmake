cmake_policy(VERSION 3.25)
# Fails when a file of the folder DIR includes a header of a room that is neither ROOM nor in ALLOWED.
string(REPLACE "," ";" allowed "${ALLOWED}")
list(APPEND allowed ${ROOM})
file(GLOB files ${DIR}/*.h ${DIR}/*.cpp)
set(rooms base crypto json_schema db http remote access identity audit tokens oauth connectors upstream mcp api app)
foreach(file IN LISTS files)
  file(STRINGS ${file} includes REGEX "^#include \"[a-z_]+/")
  foreach(line IN LISTS includes)
    string(REGEX REPLACE "^#include \"([a-z_]+)/.*" "\\1" room "${line}")
    if(room IN_LIST rooms AND NOT room IN_LIST allowed)
      message(FATAL_ERROR "${file}: ${line}\n  ${ROOM} does not depend on ${room}: "
                          "add it to DEPENDS if the direction allows, else move the code.")
    endif()
  endforeach()
endforeach()
# Fails on `for (x : f()->member)`: what f() returns is destroyed before the first iteration, because g++ 12 does
# not have C++23's longer lifetime of such temporaries (P2718). A local variable has to hold it.
foreach(file IN LISTS files)
  file(STRINGS ${file} loops REGEX "for \\([^;]*[^:]: [^{;]*\\)->")
  foreach(line IN LISTS loops)
    message(FATAL_ERROR "${file}: ${line}\n  Hold what is returned in a local variable: it is destroyed before the loop begins.")
  endforeach()
endforeach()
