// Content codings of responses (RFC 9110 §8.4, §12.5.3).
#pragma once

#include <string>
#include <string_view>

#include "http/message.h"

namespace wick::http {

// Whether the client takes `coding`: it is named, and not with a weight of zero.
bool accepts_coding(const Request& request, std::string_view coding);

// Compresses the body of a response when the client takes gzip and it is worth it. Costs time in proportion to the
// body: not for io threads.
//
// Compression tells by its length whether a guess that the attacker put into a response is also in it (BREACH). So it
// is only for responses to requests of this site's own pages (Sec-Fetch-Site), which no other page can make a browser
// send, and never for those that show a secret.
void compress_for(const Request& request, Response& response);

}  // namespace wick::http
