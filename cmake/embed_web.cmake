# Writes OUTPUT, an assembler file that holds every file of the folder DIR and a table of them:
#   wick_web_files: { const char* path; const char* begin; const char* end; } …, ended by a null path.
cmake_policy(VERSION 3.25)
file(GLOB_RECURSE files RELATIVE ${DIR} ${DIR}/*)
list(SORT files)
set(data "")
set(table "")
set(n 0)
foreach(file IN LISTS files)
  string(APPEND data "name_${n}: .asciz \"/${file}\"\nbegin_${n}: .incbin \"${DIR}/${file}\"\nend_${n}: .byte 0\n")
  string(APPEND table ".quad name_${n}, begin_${n}, end_${n}\n")
  math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUTPUT} ".section .data.rel.ro,\"aw\"\n${data}.balign 8\n.globl wick_web_files\nwick_web_files:\n${table}.quad 0, 0, 0\n.section .note.GNU-stack,\"\",@progbits\n")
