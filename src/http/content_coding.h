// Content codings of responses (RFC 9110 §8.4, §12.5.3).
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace wick::http {

// Whether the client accepts `coding`: the request names the coding with a weight other than zero.
bool accepts_coding(const Request& request, std::string_view coding);

// Compresses the body of a response with gzip, if the client accepts gzip and compression pays off. Takes time
// in proportion to the body: not for io threads.
//
// The length of a compressed response reveals whether it contains a guess that an attacker placed in it
// (BREACH). So only responses to requests of this site's own pages (Sec-Fetch-Site) are compressed, because no
// other page can make a browser send such a request. Responses that show a secret are never compressed.
void compress_for(const Request& request, Response& response);

}  // namespace wick::http
