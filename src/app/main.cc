// The program `wick`: see command_line.h.
#include "app/command_line.h"

int main(int argc, char** argv) { return wick::run_command_line(argc, argv); }
