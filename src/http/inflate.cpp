#include "http/inflate.h"

#include <zlib.h>

#include <algorithm>
#include <climits>
#include <memory>

namespace wick::http {

Result<std::string> inflate(std::string_view deflated, std::size_t max_bytes) {
  constexpr std::size_t kStep = 256 * 1024;
  const auto too_large = [&] {
    return fail(ErrorCode::kTooLarge,
                "What is compressed is larger than " + std::to_string(max_bytes) + " bytes.");
  };
  z_stream stream{};
  if (deflated.size() > UINT_MAX) return too_large();
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)  // negative: raw, without a header
    return fail(ErrorCode::kUnavailable, "There is no memory to inflate what is compressed.");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ends(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(deflated.data()));  // only read
  stream.avail_in = uInt(deflated.size());
  std::string out;
  int state = Z_OK;
  while (state == Z_OK) {
    // One byte more than allowed tells a text of the limit's size from a longer one.
    const std::size_t room = std::min(kStep, max_bytes + 1 - out.size());
    if (room == 0) return too_large();
    const std::size_t filled = out.size();
    out.resize(filled + room);
    stream.next_out = reinterpret_cast<Bytef*>(out.data() + filled);
    stream.avail_out = uInt(room);
    state = ::inflate(&stream, Z_NO_FLUSH);
    out.resize(filled + room - stream.avail_out);
  }
  if (out.size() > max_bytes) return too_large();
  if (state != Z_STREAM_END)
    return fail(ErrorCode::kInvalidArgument,
                "The compressed text is not a whole raw DEFLATE stream (RFC 1951).");
  return out;
}

}  // namespace wick::http
