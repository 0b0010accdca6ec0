#include "upstream/sse.h"

namespace wick::upstream {

std::vector<std::string> event_data(std::string_view stream) {
  std::vector<std::string> events;
  std::string data;
  bool any = false;
  if (stream.starts_with("\xEF\xBB\xBF")) stream.remove_prefix(3);
  while (!stream.empty()) {
    const auto end = stream.find_first_of("\r\n");
    if (end == std::string_view::npos) break;  // a line that was cut off
    const std::string_view line = stream.substr(0, end);
    stream.remove_prefix(end + (stream.substr(end).starts_with("\r\n") ? 2 : 1));
    if (line.empty()) {
      if (any && !data.empty()) events.push_back(std::move(data));
      data.clear();
      any = false;
      continue;
    }
    const auto colon = line.find(':');
    if (line.substr(0, colon) != "data") continue;
    std::string_view value = colon == std::string_view::npos ? std::string_view() : line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (any) data += '\n';
    data += value;
    any = true;
  }
  return events;
}

}  // namespace wick::upstream
