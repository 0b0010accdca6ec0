// What others compressed: whole, cut short, not compressed at all, and much larger than it looks.
#include "http/inflate.h"

#include <gtest/gtest.h>

#include <zlib.h>

namespace wick::http {
namespace {

std::string deflate(const std::string& text) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY), Z_OK);
  std::string out(deflateBound(&stream, text.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = uInt(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = uInt(out.size());
  EXPECT_EQ(::deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(Inflate, GivesBackWhatWasDeflatedUpToTheLimit) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) text += "line " + std::to_string(i) + "\n";
  const std::string deflated = deflate(text);
  EXPECT_LT(deflated.size(), text.size());
  EXPECT_EQ(inflate(deflated, text.size()).value(), text);
  EXPECT_EQ(inflate(deflated, text.size() - 1).error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(inflate(deflate(""), 10).value(), "");
  const std::string runs = R"({"openapi":"3.1.0","a":)" + std::string(5000, '[');
  EXPECT_EQ(inflate(deflate(runs), 10'000).value(), runs);
}

TEST(Inflate, RefusesWhatIsNotAWholeStream) {
  const std::string deflated = deflate("some text that is compressed");
  for (std::size_t length = 0; length < deflated.size(); ++length)
    EXPECT_EQ(inflate(deflated.substr(0, length), 1000).error().code, ErrorCode::kInvalidArgument) << length;
  EXPECT_FALSE(inflate("{\"openapi\": \"3.0.0\"}", 1000));
  EXPECT_FALSE(inflate(std::string(1000, '\xFF'), 1000));
}

TEST(Inflate, StopsAtTheLimitHoweverMuchFollows) {
  EXPECT_EQ(inflate(deflate(std::string(50'000'000, 'a')), 1'000'000).error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace wick::http
