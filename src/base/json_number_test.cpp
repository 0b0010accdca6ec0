#include "base/json_number.h"

#include <gtest/gtest.h>

#include <bit>
#include <cstdlib>
#include <random>

#include "base/json.h"
#include "base/text.h"

namespace wick {
namespace {

json::value parsed(std::string_view text) {
  auto value = parse_json(text);
  EXPECT_TRUE(value) << text;
  return value ? *value : json::value();
}

std::string passed(std::string_view text) {
  return to_json(parsed(text));
}

// "-12.50e1" as "-125e0": another way to the number's value than the code's own.
std::string canonical(std::string text) {
  const bool negative = text.starts_with('-');
  if (negative) text.erase(0, 1);
  long exponent = 0;
  if (const auto e = text.find_first_of("eE"); e != std::string::npos) {
    exponent = std::atol(text.c_str() + e + 1);
    text.resize(e);
  }
  if (const auto point = text.find('.'); point != std::string::npos) {
    exponent -= long(text.size() - point - 1);
    text.erase(point, 1);
  }
  while (text.size() > 1 && text.ends_with('0')) {
    text.pop_back();
    ++exponent;
  }
  while (text.size() > 1 && text.starts_with('0')) text.erase(0, 1);
  if (text == "0") return "0";
  return (negative ? "-" : "") + text + "e" + std::to_string(exponent);
}

TEST(JsonNumber, NumbersAreWrittenAsPeopleWriteThem) {
  EXPECT_EQ(passed("[1.5,0.1,100000.0,7.00,1e5,1E+2,0.0,1e-6]"),
            "[1.5,0.1,100000.0,7.0,100000.0,100.0,0.0,0.000001]");
  EXPECT_EQ(passed("[1e-7,1.5e-7,1e-8,1e20,1e21,1.25e300]"),
            "[1e-7,1.5e-7,1e-8,100000000000000000000.0,1e+21,1.25e+300]");
  EXPECT_EQ(passed("[-0,-0.0,-1.5,-12345.678]"), "[-0.0,-0.0,-1.5,-12345.678]");
  EXPECT_EQ(passed("[5e-324,1.7976931348623157e308]"), "[5e-324,1.7976931348623157e+308]");
}

TEST(JsonNumber, EveryDoublePassesWithAllItsBits) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 50'000; ++i) {
    const auto number = i % 2 == 0 ? std::bit_cast<double>(random()) : double(random() >> 11) * 0x1p-53 * 180;
    if (!std::isfinite(number)) continue;
    const std::string text = number_text(json::value(number));
    const json::value value = parsed(text);
    ASSERT_TRUE(value.is_double()) << text;
    ASSERT_EQ(std::bit_cast<std::uint64_t>(value.get_double()), std::bit_cast<std::uint64_t>(number)) << text;
    ASSERT_EQ(std::strtod(text.c_str(), nullptr), number) << text;
    ASSERT_EQ(to_json(value), text);
    char digits[40];
    std::snprintf(digits, sizeof digits, "%.17g", number);
    ASSERT_EQ(std::strtod(passed(digits).c_str(), nullptr), number) << digits;
  }
}

std::string random_number(std::mt19937_64& random) {
  const auto digits = [&](std::size_t most) {
    std::string out;
    for (std::size_t count = random() % most + 1; count > 0; --count)
      out += char('0' + (random() % 3 == 0 ? 0 : random() % 10));
    return out;
  };
  std::string whole = digits(40);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
  std::string text = (random() % 2 ? "-" : "") + whole;
  if (random() % 2) text += "." + digits(random() % 4 ? 6 : 40);
  if (random() % 4 == 0)
    text += (random() % 2 ? "e" : "E") + std::string(random() % 2 ? "-" : "+") + digits(3);
  return text;
}

TEST(JsonNumber, EveryNumberKeepsItsExactValue) {
  std::mt19937_64 random(2);
  for (int i = 0; i < 100'000; ++i) {
    const std::string text = random_number(random);
    const json::value value = parsed(text);
    ASSERT_TRUE(is_number(value)) << text;
    const std::string written = to_json(value);
    ASSERT_EQ(canonical(written), canonical(text)) << text << " became " << written;
    if (is_long_number(value)) {
      ASSERT_EQ(written, text);
    }
    const bool has_point = text.find_first_of(".eE") != std::string::npos;
    ASSERT_EQ(written.find_first_of(".eE") != std::string::npos, has_point || text == "-0") << text;
    const Decimal decimal = decimal_of(value);
    const std::string exact = decimal.digits.empty() ? "0"
                                                     : (decimal.negative ? "-" : "") + decimal.digits + "e" +
                                                           std::to_string(decimal.exponent);
    ASSERT_EQ(exact, canonical(text));
  }
}

TEST(JsonNumber, ANumberThatNoDoubleCarriesIsKeptAsItWasReceived) {
  for (const std::string_view text :
       {"18446744073709551616", "-9223372036854775809", "123456789012345678901234567890",
        "0.1000000000000000055511151231257827", "1e400", "-1e999", "1e-400", "12345678901234567.5",
        "99999.00999999999", "100000000000000000000"}) {
    const json::value value = parsed(text);
    EXPECT_TRUE(is_long_number(value)) << text;
    EXPECT_TRUE(is_number(value)) << text;
    EXPECT_FALSE(is_text(value)) << text;
    EXPECT_EQ(to_json(value), text);
    EXPECT_EQ(number_text(value), text);
  }
  EXPECT_TRUE(parsed("18446744073709551615").is_uint64());
  EXPECT_TRUE(parsed("-9223372036854775808").is_int64());
  EXPECT_TRUE(parsed("915.3265953063965").is_double());
  EXPECT_TRUE(parsed("0e99999").is_double());
}

TEST(JsonNumber, ANumberOfMoreCharactersThanTheLimitIsRefused) {
  EXPECT_TRUE(parse_json(std::string(kMaxNumberChars, '7')));
  const auto longer = parse_json(std::string(kMaxNumberChars + 1, '7'));
  ASSERT_FALSE(longer);
  EXPECT_EQ(longer.error().message, "A number in the JSON is longer than 1000 characters.");
  EXPECT_FALSE(parse_json("[0." + std::string(kMaxNumberChars, '1') + "]"));
  EXPECT_FALSE(parse_json("[" + std::string(3'000'000, '1') + "]"));
}

TEST(JsonNumber, AnExponentBeyondTheLimitIsRefusedHoweverLongItIs) {
  EXPECT_TRUE(parse_json("[1e1000000000, 1e-1000000000, 0e1000000000, 1e+00000000000000000007]"));
  for (const std::string number : {"1e1000000001", "-2.5e1000000001", "1e-1000000001", "0e1000000001",
                                   "1e2147483647", "2e448000007070007", "1e-99999999999999999999999999"}) {
    const auto refused = parse_json("[" + number + "]");
    ASSERT_FALSE(refused) << number;
    EXPECT_EQ(refused.error().message, "A number in the JSON has an exponent beyond 1000000000.");
    EXPECT_FALSE(number_from_text(number)) << number;
  }
}

TEST(JsonNumber, TextThatOnlyLooksLikeALongNumberIsWrittenAsText) {
  for (const std::string_view text : {"\xFF", "\xFF]",
                                      "\xFF"
                                      "1,2",
                                      "\xFF"
                                      "01",
                                      "\xFF"
                                      "1}",
                                      "\xFF-",
                                      "\xFF"
                                      "1e",
                                      "\xFF"
                                      "NaN"}) {
    const json::value value(text);
    EXPECT_FALSE(is_long_number(value));
    EXPECT_EQ(to_json(value), "\"\uFFFD" + std::string(text.substr(1)) + "\"");
  }
  EXPECT_EQ(to_json(json::value("\xFF" + std::string(kMaxNumberChars + 1, '1'))).substr(0, 4), "\"\uFFFD");
  json::object object;
  object
      ["\xFF"
       "1"] = 1;
  EXPECT_EQ(to_json(object), "{\"\uFFFD1\":1}");
}

TEST(JsonNumber, ComparesNumbersByTheirExactValues) {
  // In rising order.
  const char* order[] = {"-1e400",
                         "-18446744073709551616",
                         "-9223372036854775808",
                         "-1.5",
                         "-1",
                         "-1e-400",
                         "0",
                         "1e-400",
                         "0.1",
                         "0.1000000000000000055511151231257827",
                         "1",
                         "10",
                         "99999.00999999999",
                         "9007199254740992",
                         "9007199254740993",
                         "18446744073709551615",
                         "18446744073709551616",
                         "18446744073709551616.5",
                         "1e400",
                         "1e999999999"};
  for (std::size_t i = 0; i < std::size(order); ++i) {
    for (std::size_t j = 0; j < std::size(order); ++j)
      EXPECT_EQ(compare_numbers(parsed(order[i]), parsed(order[j])), i <=> j)
          << order[i] << " and " << order[j];
  }
  EXPECT_EQ(compare_numbers(parsed("7.0"), parsed("7")), std::strong_ordering::equal);
  EXPECT_EQ(compare_numbers(parsed("-0.0"), parsed("0")), std::strong_ordering::equal);
  EXPECT_EQ(compare_numbers(parsed("10e399"), parsed("1e400")), std::strong_ordering::equal);
}

TEST(JsonNumber, TellsWholeNumbersHoweverTheyAreWritten) {
  for (const char* text :
       {"7", "7.0", "70e-1", "1e5", "18446744073709551615", "1e400", "-0", "123456789012345678901.0"})
    EXPECT_TRUE(is_integer(parsed(text))) << text;
  for (const char* text : {"7.5", "1e-400", "123456789012345678901.5", "0.1"})
    EXPECT_FALSE(is_integer(parsed(text))) << text;
  EXPECT_EQ(int64_of(parsed("7.0")), 7);
  EXPECT_EQ(int64_of(parsed("-9.223372036854775808e18")), INT64_MIN);
  EXPECT_EQ(int64_of(parsed("9223372036854775808")), std::nullopt);
  EXPECT_EQ(int64_of(parsed("1e999999999")), std::nullopt);
  EXPECT_EQ(int64_of(parsed("0.5")), std::nullopt);
  EXPECT_EQ(int64_of(parsed("\"7\"")), std::nullopt);
}

TEST(JsonNumber, GivesTheNearestDouble) {
  EXPECT_EQ(double_of(parsed("123456789012345678901234567890")), 123456789012345678901234567890.0);
  EXPECT_EQ(double_of(parsed("1e400")), std::numeric_limits<double>::max());
  EXPECT_EQ(double_of(parsed("-1e400")), std::numeric_limits<double>::lowest());
  EXPECT_EQ(double_of(parsed("1e-400")), 0.0);
  EXPECT_EQ(double_of(parsed("0." + std::string(500, '0') + "1e500")), 0.1);
  EXPECT_EQ(double_of(parsed("7")), 7.0);
}

TEST(JsonNumber, OutsideOfJsonAWholeNumberHasNoFraction) {
  EXPECT_EQ(plain_number_text(parsed("100000.0")), "100000");
  EXPECT_EQ(plain_number_text(parsed("7.0")), "7");
  EXPECT_EQ(plain_number_text(parsed("-0.0")), "0");
  EXPECT_EQ(plain_number_text(parsed("1.50")), "1.5");
  EXPECT_EQ(plain_number_text(parsed("1e20")), "100000000000000000000");
  EXPECT_EQ(plain_number_text(parsed("123456789012345678901234567890")), "123456789012345678901234567890");
}

TEST(JsonNumber, ReadsANumberFromAText) {
  EXPECT_EQ(number_from_text("12"), json::value(12));
  EXPECT_EQ(number_from_text("1.5"), json::value(1.5));
  EXPECT_EQ(to_json(*number_from_text("1e400")), "1e400");
  EXPECT_TRUE(number_from_text("18446744073709551615")->is_uint64());
  for (const char* text :
       {"", "-", "01", "1.", ".5", "1e", "1e+", "+1", "1 ", " 1", "0x1", "NaN", "Infinity", "1,0", "1_0"})
    EXPECT_FALSE(number_from_text(text)) << text;
}

}  // namespace
}  // namespace wick
