#include "http/content_coding.h"

#include <zlib.h>

#include <algorithm>
#include <climits>

#include "base/text.h"

namespace wick::http {
namespace {

constexpr std::size_t kMinBytes = 256;  // below, compression does not pay off

// RFC 9110 §12.4.2: a weight of 0, 0. or 0.0 to 0.000 means "not acceptable".
bool is_refused(std::string_view parameters) {
  const auto at = parameters.find("q=");
  if (at == std::string_view::npos) return false;
  const std::string_view weight = trim(parameters.substr(at + 2, parameters.find(';', at) - at - 2));
  return !weight.empty() &&
         std::all_of(weight.begin(), weight.end(), [](char c) { return c == '0' || c == '.'; });
}

// Empty if memory is exhausted.
std::string gzip(std::string_view text) {
  constexpr int kGzip = 16;  // added to the window's size: with gzip's header and trailer
  constexpr int kMemoryLevel = 8;
  z_stream stream{};
  if (text.size() > UINT_MAX / 2 || deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, MAX_WBITS + kGzip,
                                                 kMemoryLevel, Z_DEFAULT_STRATEGY) != Z_OK)
    return {};
  std::string out(deflateBound(&stream, uLong(text.size())), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));  // only read
  stream.avail_in = uInt(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = uInt(out.size());
  const bool whole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
  out.resize(whole ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

}  // namespace

bool accepts_coding(const Request& request, std::string_view coding) {
  for (const std::string_view part : split(request.header("accept-encoding").value_or(""), ',')) {
    const auto end = std::min(part.find(';'), part.size());
    if (equals_ignoring_case(trim(part.substr(0, end)), coding)) return !is_refused(part.substr(end));
  }
  return false;
}

void compress_for(const Request& request, Response& response) {
  response.headers.emplace_back("Vary", "Accept-Encoding, Sec-Fetch-Site");
  const auto site = request.header("sec-fetch-site");
  if (response.body.size() < kMinBytes || (site && *site != "same-origin") ||
      !accepts_coding(request, "gzip"))
    return;
  std::string compressed = gzip(response.body);
  if (compressed.empty() || compressed.size() >= response.body.size()) return;
  response.body = std::move(compressed);
  response.headers.emplace_back("Content-Encoding", "gzip");
}

}  // namespace wick::http
