#include "http/content_coding.h"

#include <gtest/gtest.h>
#include <zlib.h>

namespace wick::http {
namespace {

struct Asked {
  std::vector<Field> fields;
  Request request;
  explicit Asked(std::vector<Field> all) : fields(std::move(all)) { request.fields = &fields; }
  Asked(const Asked&) = delete;
};

bool takes_gzip(const char* accepted) {
  const Asked asked(std::vector<Field>{{"accept-encoding", accepted}});
  return accepts_coding(asked.request, "gzip");
}

std::string unpacked(const std::string& packed) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, MAX_WBITS + 16), Z_OK);
  std::string out(1 << 20, '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data()));
  stream.avail_in = uInt(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = uInt(out.size());
  EXPECT_EQ(::inflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  inflateEnd(&stream);
  return out;
}

std::string coding_of(const Response& response) {
  for (const auto& [name, value] : response.headers) {
    if (name == "Content-Encoding") return value;
  }
  return "";
}

Response compressed(std::vector<Field> fields, std::string body) {
  const Asked asked(std::move(fields));
  Response response;
  response.body = std::move(body);
  compress_for(asked.request, response);
  return response;
}

TEST(ContentCoding, AWeightOfZeroRefusesACodingAndAnyOtherTakesIt) {
  for (const char* taken : {"gzip", "br, GZIP", "gzip;q=0.5", "gzip; q=1", "gzip;q=0.001"})
    EXPECT_TRUE(takes_gzip(taken)) << taken;
  for (const char* refused : {"", "br", "gzip;q=0", "gzip; q=0.000", "x-gzip"})
    EXPECT_FALSE(takes_gzip(refused)) << refused;
}

TEST(ContentCoding, DecompressionRestoresTheContent) {
  std::string body;
  for (int i = 0; i < 5000; ++i) body += "{\"name\":\"row " + std::to_string(i) + "\"},";
  const Response response = compressed({{"accept-encoding", "gzip"}}, body);
  EXPECT_EQ(coding_of(response), "gzip");
  EXPECT_LT(response.body.size(), body.size() / 3);
  EXPECT_EQ(unpacked(response.body), body);
}

TEST(ContentCoding, OnlyRequestsOfTheSitesOwnPagesGetCompressedResponses) {
  const std::string body(2000, 'a');
  for (const char* other : {"cross-site", "same-site", "none"})
    EXPECT_EQ(coding_of(compressed({{"accept-encoding", "gzip"}, {"sec-fetch-site", other}}, body)), "")
        << other;
  EXPECT_EQ(coding_of(compressed({{"accept-encoding", "gzip"}, {"sec-fetch-site", "same-origin"}}, body)),
            "gzip");
}

TEST(ContentCoding, SmallBodiesAndClientsWithoutGzipGetThemAsTheyAre) {
  EXPECT_EQ(compressed({{"accept-encoding", "gzip"}}, "{}").body, "{}");
  EXPECT_EQ(compressed({}, std::string(2000, 'a')).body, std::string(2000, 'a'));
}

}  // namespace
}  // namespace wick::http
