// The OpenAPI document, as it is in the source tree, inside the binary.
#include "api/api.h"

__asm__(
    ".section .rodata\n"
    ".global wick_openapi_begin\n.global wick_openapi_end\n"
    "wick_openapi_begin:\n.incbin \"" WICK_OPENAPI
    "\"\nwick_openapi_end:\n"
    ".byte 0\n.previous\n");
extern "C" const char wick_openapi_begin[], wick_openapi_end[];

namespace wick::api {

std::string_view openapi_document() {
  return {wick_openapi_begin, static_cast<std::size_t>(wick_openapi_end - wick_openapi_begin)};
}

}  // namespace wick::api
