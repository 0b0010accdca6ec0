// What others compressed: whole, cut short, not compressed at all, and much larger than it looks.
#include "http/inflate.h"

#include <gtest/gtest.h>

#include <zlib.h>

namespace wick::http {
namespace {

// `bits`: negative for raw, with 16 more for gzip.
std::string deflate(const std::string& text, int bits = -MAX_WBITS) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, bits, 9, Z_DEFAULT_STRATEGY), Z_OK);
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

std::string all_pieces(const std::string& deflated, std::size_t step) {
  Inflater inflater;
  std::string out;
  for (std::size_t at = 0; at < deflated.size(); at += step) {
    std::string_view rest = std::string_view(deflated).substr(at, step);
    for (;;) {
      const auto piece = inflater.next(rest);
      if (!piece) return "error: " + piece.error().message;
      EXPECT_LE(piece->size(), kInflatedPieceBytes);
      if (piece->empty()) break;
      out += *piece;
    }
    EXPECT_TRUE(rest.empty());
  }
  return out;
}

TEST(Inflate, ABodyComesInPiecesHoweverItIsCut) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "line " + std::to_string(i) + "\n";
  for (const int bits : {MAX_WBITS, MAX_WBITS + 16}) {
    for (const std::size_t step : {1UL, 7UL, 100'000'000UL})
      EXPECT_EQ(all_pieces(deflate(text, bits), step), text);
  }
  const std::string run(1'000'000, 'a');
  EXPECT_EQ(all_pieces(deflate(run, MAX_WBITS + 16) + "more", 1'000'000), run) << "what follows is nobody's";
  EXPECT_TRUE(all_pieces("not compressed", 100).starts_with("error"));
}

TEST(Inflate, StopsAtTheLimitHoweverMuchFollows) {
  EXPECT_EQ(inflate(deflate(std::string(50'000'000, 'a')), 1'000'000).error().code, ErrorCode::kTooLarge);
}

}  // namespace
}  // namespace wick::http
