#include "base/json.h"

#include <gtest/gtest.h>

#include <boost/json/monotonic_resource.hpp>
#include <cstdlib>
#include <memory>
#include <random>
#include <vector>

#include "base/keyed_hash.h"
#include "base/text.h"

namespace wick {
namespace {

TEST(Json, TheHashOfKeysIsSipHash13) {
  // From CPython 3.11, whose strings are hashed with it; key 0.
  EXPECT_EQ(sip_hash("a", 0, 0), 0x407448d2b89b1813u);
  EXPECT_EQ(sip_hash("abcdefg", 0, 0), 0x6db12aae9070f506u);
  EXPECT_EQ(sip_hash("abcdefgh", 0, 0), 0x3f7b849c0b8e35eau);
  EXPECT_EQ(sip_hash("hello world, this is a text", 0, 0), 0xc5376d908a83239bu);
  EXPECT_NE(sip_hash("a", 0, 1), sip_hash("a", 0, 0));
  EXPECT_EQ(keyed_hash("a"), keyed_hash("a"));
}

// Keys that all fall into one bucket of 2^17 with the hash that Boost.JSON itself has, FNV-1a begun at its
// basis plus `salt`: for each prefix the suffix that leads from its state to the same end.
std::vector<std::string> keys_that_collide(std::uint64_t salt, std::size_t count) {
  constexpr std::uint64_t kPrime = 0x100000001B3, kMask = (1u << 17) - 1;
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";
  std::uint64_t inverse = 1;
  for (int i = 0; i < 6; ++i) inverse *= 2 - kPrime * inverse;
  std::vector<std::string> suffixes(kMask + 1);
  for (const char c : kLetters) {
    for (const char b : kLetters) {
      for (const char a : kLetters) {
        std::uint64_t state = 0;  // all end here
        for (const char letter : {c, b, a}) state = (state * inverse) ^ std::uint64_t(letter);
        suffixes[state & kMask] = {a, b, c};
      }
    }
  }
  std::vector<std::string> out;
  for (std::size_t i = 0; out.size() < count; ++i) {
    std::string key;
    std::uint64_t state = 0xcbf29ce484222325 + salt;
    for (std::size_t rest = i, n = 0; n < 4; ++n, rest /= 64) key += kLetters[rest % 64];
    for (const char letter : key) state = (std::uint64_t(letter) ^ state) * kPrime;
    const std::string& suffix = suffixes[state & kMask];
    if (!suffix.empty()) out.push_back(key + suffix);
  }
  return out;
}

TEST(Json, KeysMadeToCollideCostNoMoreThanOthers) {
  // The table stands where its address, which is Boost.JSON's salt, is known. With its own hash each of these
  // keys would be compared with all that came before: minutes, for each of the objects.
  constexpr std::size_t kKeys = 1 << 17, kBytes = 64 * 1024 * 1024;
  const std::unique_ptr<void, decltype(&std::free)> memory(std::aligned_alloc(4096, kBytes), &std::free);
  json::monotonic_resource resource(static_cast<unsigned char*>(memory.get()), kBytes);
  const auto keys = keys_that_collide(reinterpret_cast<std::uintptr_t>(memory.get()), kKeys);
  json::object object(&resource);
  object.reserve(kKeys);
  for (const std::string& key : keys) object.emplace(key, 1);
  EXPECT_EQ(object.size(), kKeys);

  std::string text = "{";
  for (const std::string& key : keys) text += (text.size() == 1 ? "\"" : ",\"") + key + "\":1";
  const auto parsed = parse_json(text + "}");
  ASSERT_TRUE(parsed);
  const json::object copy = parsed->get_object();
  EXPECT_EQ(copy.size(), kKeys);
  for (const std::string& key : keys) ASSERT_TRUE(copy.contains(key));
}

TEST(Json, TheLastOfRepeatedKeysCounts) {
  std::string text = "{";
  for (int i = 0; i < 100'000; ++i) text += "\"k" + std::to_string(i % 20) + "\":" + std::to_string(i) + ",";
  const auto parsed = parse_json(text + "\"k0\":true}");
  ASSERT_TRUE(parsed);
  EXPECT_EQ(parsed->get_object().size(), 20u);
  EXPECT_EQ(parsed->get_object().at("k0"), true);
  EXPECT_EQ(parsed->get_object().at("k1"), 99'981);
}

TEST(Json, ReadsItsOwnOutput) {
  const std::string deep = std::string(kMaxJsonDepth, '[') + std::string(kMaxJsonDepth, ']');
  ASSERT_TRUE(parse_json(deep));
  EXPECT_EQ(to_json(parse_trusted_json("{\"value\":" + deep + "}").at("value")), deep);
}

// JSON text with escapes of surrogates at random places, and the text that it means.
std::pair<std::string, std::string> random_string(std::mt19937& random) {
  // Each as JSON and as UTF-8. A half never comes before something that would make it whole.
  static const std::pair<std::string, std::string> kPairs[] = {{"\\ud83d\\uDE00", "\U0001F600"},
                                                               {"\\uDBFF\\udfff", "\U0010FFFF"}};
  static const std::pair<std::string, std::string> kOthers[] = {{"a", "a"},
                                                                {"\\\\", "\\"},
                                                                {"\\\\ud83d", "\\ud83d"},
                                                                {"\\n", "\n"},
                                                                {"\\u00e9", "\u00e9"},
                                                                {"\u00e9\u4e2d", "\u00e9\u4e2d"},
                                                                {"\\u4e2d", "\u4e2d"},
                                                                {"\\\"", "\""},
                                                                {"\\u0000", std::string(1, '\0')}};
  std::pair<std::string, std::string> out;
  bool after_high = false;
  for (int i = int(random() % 8); i >= 0; --i) {
    std::pair<std::string, std::string> next = kOthers[random() % std::size(kOthers)];
    bool is_high = false;
    switch (random() % 4) {
      case 0:
        next = kPairs[random() % std::size(kPairs)];
        break;
      case 1:
        next = {random() % 2 ? "\\ud83d" : "\\uD800", "\uFFFD"};
        is_high = true;
        break;
      case 2:
        if (!after_high) next = {random() % 2 ? "\\ude00" : "\\uDFFF", "\uFFFD"};
        break;
      default:
        break;
    }
    after_high = is_high;
    out.first += next.first;
    out.second += next.second;
  }
  return out;
}

TEST(Json, HalfASurrogatePairBecomesTheReplacementCharacter) {
  std::mt19937 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const auto [text, meaning] = random_string(random);
    const auto value = parse_json("{\"" + text + "\":[\"" + text + "\"]}");
    ASSERT_TRUE(value) << text;
    const json::object& object = value->get_object();
    ASSERT_EQ(object.begin()->key(), meaning) << text;
    ASSERT_EQ(object.begin()->value().at(0).get_string(), meaning) << text;
    ASSERT_EQ(*parse_json(to_json(*value)), *value);
  }
}

TEST(Json, ABrokenEscapeIsStillRefused) {
  for (const char* text :
       {"\"\\ud83d", "\"\\ud83\"", "\"\\u\"", "\"\\ud83d\\q\"", "\\ud83d", "[\"\\ud83d\" 1]"})
    EXPECT_FALSE(parse_json(text)) << text;
}

TEST(Json, AByteOrderMarkAtTheBeginningIsSkipped) {
  EXPECT_EQ(parse_json("\uFEFF{\"n\":1}")->at("n"), 1);
  EXPECT_EQ(to_json(*parse_json("\uFEFF\"\uFEFF\"")), "\"\uFEFF\"");
  EXPECT_FALSE(parse_json("\uFEFF\uFEFF1"));
  EXPECT_FALSE(parse_json("{}\uFEFF"));
  EXPECT_FALSE(parse_json("\uFEFF"));
}

TEST(Json, InvalidUtf8IsRefusedOrReplacedAsTheCallerWants) {
  const std::string text = "{\"a\xFF\":\"\xE2\x82|\xED\xA0\x80|\xC3\xA9|\\ud83d\"}";
  EXPECT_FALSE(parse_json(text));
  const auto value = parse_json(text, InvalidUtf8::kReplace);
  ASSERT_TRUE(value);
  EXPECT_EQ(to_json(*value), "{\"a\uFFFD\":\"\uFFFD|\uFFFD\uFFFD\uFFFD|\u00e9|\uFFFD\"}");
  EXPECT_FALSE(parse_json("\xFF{}", InvalidUtf8::kReplace));
  EXPECT_FALSE(parse_json("[\"\xFF\"", InvalidUtf8::kReplace));
}

TEST(Json, EverythingWrittenIsValidUtf8) {
  EXPECT_EQ(to_json(json::value("ok \xC3\xA9 \xC3")), "\"ok \u00e9 \uFFFD\"");
  EXPECT_EQ(to_json_string("12345678\x01\"\\\x7F\n"), "\"12345678\\u0001\\\"\\\\\x7F\\n\"");
  std::mt19937 random(4);
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes;
    for (int n = int(random() % 20); n > 0; --n)
      bytes += random() % 2 ? char(random()) : char('a' + random() % 26);
    const std::string text = to_json_string(bytes);
    ASSERT_TRUE(is_valid_utf8(text));
    const auto again = parse_json(text);
    ASSERT_TRUE(again) << text;
    ASSERT_EQ(std::string_view(again->get_string()), replace_invalid_utf8(bytes));
  }
}

TEST(Json, StringsOfEveryKindAreReadBackAsTheyWere) {
  std::string all;
  for (int c = 0; c < 0x80; ++c) all += char(c);
  for (std::size_t from = 0; from < all.size(); ++from) {
    const std::string part = all.substr(from) + "\u00e9" + all.substr(0, from);
    EXPECT_EQ(std::string_view(parse_json(to_json_string(part))->get_string()), part);
  }
}

TEST(Json, TellsWhetherAValueIsLargerThanALimit) {
  const auto larger = [](std::string_view text, std::size_t bytes) {
    return is_larger_than(parse_json(text).value(), bytes);
  };
  EXPECT_FALSE(larger(R"({"a":"b"})", 100));
  EXPECT_TRUE(larger("{\"a\":\"" + std::string(200, 'x') + "\"}", 100));
  EXPECT_TRUE(larger("{\"" + std::string(200, 'x') + "\":1}", 100));
  std::string list = "[1";
  for (int i = 0; i < 100; ++i) list += ",1";
  EXPECT_TRUE(larger(list + "]", 100));
  EXPECT_FALSE(larger(list + "]", 10'000));
  json::object object;
  object["a"] = std::string(101, 'x');
  EXPECT_TRUE(is_larger_than(object, 100));
}

}  // namespace
}  // namespace wick
