#include "json_schema/lazy_schema.h"

namespace wick::json_schema {

const Result<std::shared_ptr<const CompiledSchema>>& LazySchema::get(
    const boost::json::object& document) const {
  std::call_once(once_, [&] {
    compiled_.emplace(CompiledSchema::compile(document));
    ready_.store(true, std::memory_order_release);
  });
  return *compiled_;
}

}  // namespace wick::json_schema
