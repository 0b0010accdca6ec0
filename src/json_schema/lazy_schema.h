// A schema that is compiled once, when it is first needed: an instance may have 20,000 operations, of which few are
// called. Thread-safe.
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <memory>
#include <mutex>
#include <optional>

#include "json_schema/compiled_schema.h"

namespace wick::json_schema {

class LazySchema {
 public:
  // Compiles `document` for the first caller; others wait for that. Every caller has the same document.
  // Errors: as CompiledSchema::compile, for every caller
  const Result<std::shared_ptr<const CompiledSchema>>& get(const boost::json::object& document) const;
  // Whether get() only has to read: compiling may take milliseconds, which is too long for an io thread.
  bool is_ready() const { return ready_.load(std::memory_order_acquire); }

 private:
  mutable std::once_flag once_;
  mutable std::atomic<bool> ready_ = false;
  mutable std::optional<Result<std::shared_ptr<const CompiledSchema>>>
      compiled_;  // written once, under once_
};

}  // namespace wick::json_schema
