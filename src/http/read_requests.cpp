#include "http/read_requests.h"

#include <algorithm>
#include <cstring>

#include "http/request_reader.h"

namespace wick::http {
namespace {

ReadRequest copy_of(const RequestReader& reader) {
  const RequestHead& head = reader.head();
  ReadRequest out;
  out.method = head.method;
  out.target = head.target;
  out.path = head.path;
  out.query = head.query;
  out.body = reader.body();
  out.version = head.version;
  out.keep_alive = head.keep_alive;
  out.expects_continue = head.expects_continue;
  for (const Field& field : head.fields) out.fields.emplace_back(field.name, field.value);
  return out;
}

// Handles all events of the bytes read so far. False: reading has ended.
bool take_events(RequestReader& reader, ReadRequest& head, ReadResult& result) {
  for (;;) {
    switch (reader.advance()) {
      case RequestReader::Event::kNeedMore:
        return true;
      case RequestReader::Event::kHead:
        head = copy_of(reader);
        break;
      case RequestReader::Event::kRequest: {
        ReadRequest request = copy_of(reader);
        head.body = request.body;
        if (request != head) result.views_held = false;
        result.requests.push_back(std::move(request));
        if (!head.keep_alive) return false;
        reader.next_request();
        break;
      }
      case RequestReader::Event::kRefused:
        result.status = reader.status();
        return false;
    }
  }
}

}  // namespace

ReadResult read_requests(std::string_view bytes, std::span<const std::size_t> pieces, const Limits& limits) {
  BodyBudget budget(limits.max_body_memory_bytes);
  RequestReader reader(limits.max_header_bytes, limits.max_body_bytes, budget);
  ReadResult result;
  ReadRequest head;
  bool goes_on = take_events(reader, head, result);
  for (std::size_t next = 0; goes_on && !bytes.empty(); ++next) {
    std::string_view piece = bytes.substr(0, next < pieces.size() ? pieces[next] : bytes.size());
    bytes.remove_prefix(piece.size());
    while (goes_on && !piece.empty()) {
      const auto room = reader.prepare();
      const std::size_t count = std::min(room.size(), piece.size());
      std::memcpy(room.data(), piece.data(), count);
      piece.remove_prefix(count);
      reader.commit(count);
      goes_on = take_events(reader, head, result);
    }
  }
  result.is_idle = goes_on && reader.is_idle();
  return result;
}

}  // namespace wick::http
