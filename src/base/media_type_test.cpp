#include "base/media_type.h"

#include <gtest/gtest.h>

namespace wick {
namespace {

TEST(MediaType, IsReadByItsStructure) {
  const auto media =
      parse_media_type(" Application/Merge-Patch+JSON ; Charset=\"a;b\\\"c\" ; version=1 ;; q = 2 ; broken");
  ASSERT_TRUE(media);
  EXPECT_EQ(media->essence(), "application/merge-patch+json");
  EXPECT_EQ(media->suffix(), "json");
  EXPECT_EQ(media->parameter("charset"), "a;b\"c");
  EXPECT_EQ(media->parameter("version"), "1");
  EXPECT_EQ(media->parameter("q"), "2");
  EXPECT_FALSE(media->parameter("broken"));
  for (const char* bad : {"", "json", "application/", "/json", "a b/c", "application/js on", "{type}"})
    EXPECT_FALSE(parse_media_type(bad)) << bad;
}

TEST(MediaType, JsonIsOneJsonTextAndNotWhateverHasJsonInItsName) {
  for (const char* json :
       {"application/json", "APPLICATION/JSON; charset=utf-8", "text/json", "application/vnd.api+json",
        "application/json-patch+json", "application/x-amz-json-1.1", "application/problem+json;q=1",
        "application/vnd.example.json", "model/gltf+json", "application/ld+json; profile=\"x\""})
    EXPECT_TRUE(is_json_type(json)) << json;
  for (const char* other :
       {"application/x-ndjson", "application/jsonl", "application/json-seq", "application/geo+json-seq",
        "application/stream+json", "application/jsonlines", "text/plain; note=json", "application/jsonpath",
        "application/vnd.elasticsearch+x-ndjson", "multipart/form-data; boundary=json", "json",
        "application/json5"})
    EXPECT_FALSE(is_json_type(other)) << other;
}

TEST(MediaType, TextIsWhatPeopleCanReadAsItIs) {
  for (const char* text :
       {"text/csv", "image/svg+xml", "application/x-ndjson", "application/apply-patch+yaml",
        "application/soap+xml; action=x", "application/sql", "application/graphql"})
    EXPECT_TRUE(is_text(parse_media_type(text).value())) << text;
  for (const char* bytes : {"application/octet-stream", "image/png", "image/*", "application/pdf",
                            "application/vnd.ms-excel", "application/x-protobuf"})
    EXPECT_FALSE(is_text(parse_media_type(bytes).value())) << bytes;
}

}  // namespace
}  // namespace wick
