#include "json_schema/multiple.h"

#include <gtest/gtest.h>

#include "base/json.h"

namespace wick::json_schema {
namespace {

std::optional<bool> is_multiple(std::string_view number, std::string_view divisor) {
  const auto a = number_from_text(number), b = number_from_text(divisor);
  EXPECT_TRUE(a && b) << number << " " << divisor;
  return is_multiple_of(decimal_of(*a), decimal_of(*b));
}

TEST(MultipleOf, IsExactInDecimal) {
  for (const char* number :
       {"19.99", "4.35", "100.01", "0", "-0.03", "1e300", "0.07", "123456789012345678901.23"})
    EXPECT_EQ(is_multiple(number, "0.01"), true) << number;
  for (const char* number : {"0.001", "19.999", "1e-300", "123456789012345678901.234"})
    EXPECT_EQ(is_multiple(number, "0.01"), false) << number;
  EXPECT_EQ(is_multiple("9", "4.5"), true);
  EXPECT_EQ(is_multiple("9007199254740993", "9007199254740992"), false);
  EXPECT_EQ(is_multiple("-18446744073709551615", "5"), true);
  EXPECT_EQ(is_multiple("18446744073709551616", "18446744073709551615"), std::nullopt)
      << "20 digits do not fit below 2^64 for certain";
}

TEST(MultipleOf, TakesNoTimeForLargeExponents) {
  EXPECT_EQ(is_multiple("1e308", "0.123456789"), false);
  EXPECT_EQ(is_multiple("1e308", "0.5"), true);
  EXPECT_EQ(is_multiple("1e1000000000", "1e-1000000000"), true);
  EXPECT_EQ(is_multiple("7e1000000000", "3e-1000000000"), false);
  EXPECT_EQ(is_multiple("1e-1000000000", "3"), false);
}

}  // namespace
}  // namespace wick::json_schema
