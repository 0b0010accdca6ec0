#include "base/time.h"

#include <charconv>
#include <chrono>
#include <cstdio>

namespace wick {

Micros SystemClock::now() const {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

namespace {

std::chrono::year_month_day civil(Micros time) {
  const auto point = std::chrono::sys_time<std::chrono::microseconds>(std::chrono::microseconds(time));
  return {std::chrono::floor<std::chrono::days>(point)};
}

bool digits(std::string_view text, std::size_t at, std::size_t count, int& out) {
  if (at + count > text.size()) return false;
  const auto* first = text.data() + at;
  for (std::size_t i = 0; i < count; ++i) {
    if (first[i] < '0' || first[i] > '9') return false;
  }
  return std::from_chars(first, first + count, out).ec == std::errc();
}

}  // namespace

std::string format_rfc3339(Micros time) {
  const auto date = civil(time);
  Micros of_day = time % kMicrosPerDay;
  if (of_day < 0) of_day += kMicrosPerDay;
  const auto millis = static_cast<int>(of_day / 1000);
  char buffer[48];
  std::snprintf(buffer, sizeof buffer, "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), millis / 3'600'000,
                millis / 60'000 % 60, millis / 1000 % 60, millis % 1000);
  return buffer;
}

std::string format_day(Micros time) {
  return format_rfc3339(time).substr(0, 10);
}

std::optional<Micros> parse_rfc3339(std::string_view text) {
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || (text[10] != 'T' && text[10] != 't') ||
      text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  if (!digits(text, 0, 4, year) || !digits(text, 5, 2, month) || !digits(text, 8, 2, day) ||
      !digits(text, 11, 2, hour) || !digits(text, 14, 2, minute) || !digits(text, 17, 2, second)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(unsigned(month)),
                                         std::chrono::day(unsigned(day))};
  if (!date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  std::size_t at = 19;
  Micros fraction = 0;
  if (at < text.size() && text[at] == '.') {
    Micros unit = kMicrosPerSecond / 10;
    const std::size_t first = ++at;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, unit /= 10) {
      fraction += (text[at] - '0') * unit;
    }
    if (at == first) return std::nullopt;
  }
  int offset_minutes = 0;
  const std::string_view zone = text.substr(at);
  if (zone == "Z" || zone == "z") {
    offset_minutes = 0;
  } else {
    int hours = 0, minutes = 0;
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':' ||
        !digits(zone, 1, 2, hours) || !digits(zone, 4, 2, minutes) || hours > 23 || minutes > 59) {
      return std::nullopt;
    }
    offset_minutes = (zone[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
  }
  const auto days = std::chrono::sys_days(date).time_since_epoch().count();
  return ((Micros(days) * 86'400 + hour * 3600 + minute * 60 + second) - Micros(offset_minutes) * 60) *
             kMicrosPerSecond +
         fraction;
}

}  // namespace wick
