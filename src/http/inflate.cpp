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
                "The decompressed data is larger than " + std::to_string(max_bytes) + " bytes.");
  };
  z_stream stream{};
  if (deflated.size() > UINT_MAX) return too_large();
  if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)  // negative: raw, without a header
    return fail(ErrorCode::kUnavailable, "Not enough memory to decompress the data.");
  const std::unique_ptr<z_stream, int (*)(z_stream*)> ends(&stream, inflateEnd);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(deflated.data()));  // only read
  stream.avail_in = uInt(deflated.size());
  std::string out;
  int state = Z_OK;
  while (state == Z_OK) {
    // One byte above the limit distinguishes a text of exactly the limit from a longer one.
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
                "The compressed data is not a complete raw DEFLATE stream (RFC 1951).");
  return out;
}

struct Inflater::State {
  z_stream stream{};
  bool is_ready = false, has_ended = false;
  ~State() {
    if (is_ready) inflateEnd(&stream);
  }
};

Inflater::Inflater() : state_(std::make_unique<State>()) {
  // 32: gzip or zlib, detected by the header.
  state_->is_ready = inflateInit2(&state_->stream, MAX_WBITS + 32) == Z_OK;
}
Inflater::~Inflater() = default;
Inflater::Inflater(Inflater&&) noexcept = default;
Inflater& Inflater::operator=(Inflater&&) noexcept = default;

Result<std::string> Inflater::next(std::string_view& deflated) {
  z_stream& stream = state_->stream;
  if (!state_->is_ready) return fail(ErrorCode::kUnavailable, "Not enough memory to decompress the data.");
  std::string out;
  if (state_->has_ended) {
    deflated = {};
    return out;
  }
  out.resize(kInflatedPieceBytes);
  const std::size_t given = std::min<std::size_t>(deflated.size(), UINT_MAX);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(deflated.data()));  // only read
  stream.avail_in = uInt(given);
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = uInt(out.size());
  const int state = ::inflate(&stream, Z_NO_FLUSH);
  deflated.remove_prefix(given - stream.avail_in);
  out.resize(out.size() - stream.avail_out);
  state_->has_ended = state == Z_STREAM_END;
  // Z_BUF_ERROR: no input was left.
  if (state != Z_OK && state != Z_STREAM_END && state != Z_BUF_ERROR)
    return fail(ErrorCode::kUpstream, "The system's response is not compressed as its header says.");
  return out;
}

}  // namespace wick::http
