// The entities of which the access snapshot consists: users, tags, connectors and their operations.
//
// All are values. Those in a snapshot are immutable and shared: by later snapshots, as long as they stay as they are, and
// by the calls that use them.
#pragma once

#include <absl/container/flat_hash_map.h>
#include <absl/functional/function_ref.h>

#include <array>
#include <boost/json/object.hpp>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/id.h"
#include "base/result.h"
#include "base/secret.h"
#include "crypto/digest.h"
#include "json_schema/lazy_schema.h"

namespace wick {

enum class Role { kAdmin, kMember, kService };
enum class UserStatus { kPending, kActive, kDeactivated, kDeleted };
enum class ToolSurface : unsigned char { kAuto, kDirect, kMeta };

const char* role_name(Role role);
const char* status_name(UserStatus status);
const char* tools_name(ToolSurface tools);
Result<Role> parse_role(std::string_view text);
Result<UserStatus> parse_status(std::string_view text);
Result<ToolSurface> parse_tools(std::string_view text);

struct UserEntry {
  UserId id;
  std::string email, name;
  Role role = Role::kMember;
  UserStatus status = UserStatus::kPending;
  std::vector<TagId> tags;  // sorted
  bool has_password = false;
};

struct TagEntry {
  TagId id;
  std::string name, description;
  bool filter = false;
};

// An operation of a connector. `input_schema` is JSON Schema 2020-12.
struct OperationEntry {
  std::string key;  // [a-z0-9_]{1,64}
  std::string name, description;
  boost::json::object input_schema;
  std::string input_schema_text;  // `input_schema` as JSON, made once by AccessStore
  // `input_schema`, compiled for the first call. AccessStore hands it on while `input_schema` stays as it is.
  std::shared_ptr<const json_schema::LazySchema> schema = std::make_shared<const json_schema::LazySchema>();
  bool read_only = false, destructive = false, idempotent = false;
  // Wick carries the operation out itself and asks no other system, so the hints are certain.
  bool is_local = false;
  bool enabled = true;  // a destructive operation is off until an admin turns it on
  // The connected system describes the operation differently now, and the connector holds such operations back.
  bool held = false;
  boost::json::object definition;  // the request template of the kind `rest`; empty for built-in operations
  // Of the text of `definition` in the database; set by AccessStore, which reads only definitions that have changed.
  std::optional<Sha256Digest> definition_digest;
};

// The operations of a connector, in the order in which clients see them, with an index by key. Copies share the operations.
class OperationList {
 public:
  using Pointer = std::shared_ptr<const OperationEntry>;

  class Iterator {
   public:
    using iterator_category = std::random_access_iterator_tag;
    using value_type = OperationEntry;
    using difference_type = std::ptrdiff_t;
    using pointer = const OperationEntry*;
    using reference = const OperationEntry&;

    Iterator() = default;
    explicit Iterator(const Pointer* at) : at_(at) {}
    reference operator*() const { return **at_; }
    pointer operator->() const { return at_->get(); }
    reference operator[](difference_type distance) const { return *at_[distance]; }
    Iterator& operator++() { return ++at_, *this; }
    Iterator operator++(int) { return Iterator(at_++); }
    Iterator& operator--() { return --at_, *this; }
    Iterator operator--(int) { return Iterator(at_--); }
    Iterator& operator+=(difference_type distance) { return at_ += distance, *this; }
    Iterator& operator-=(difference_type distance) { return at_ -= distance, *this; }
    friend Iterator operator+(Iterator at, difference_type distance) { return at += distance; }
    friend Iterator operator+(difference_type distance, Iterator at) { return at += distance; }
    friend Iterator operator-(Iterator at, difference_type distance) { return at -= distance; }
    friend difference_type operator-(Iterator a, Iterator b) { return a.at_ - b.at_; }
    friend auto operator<=>(const Iterator&, const Iterator&) = default;

   private:
    const Pointer* at_ = nullptr;
  };

  OperationList() = default;
  explicit OperationList(std::vector<Pointer> operations);

  Iterator begin() const { return Iterator(operations_.data()); }
  Iterator end() const { return Iterator(operations_.data() + operations_.size()); }
  std::size_t size() const { return operations_.size(); }
  bool empty() const { return operations_.empty(); }
  const OperationEntry& operator[](std::size_t place) const { return *operations_[place]; }
  // All three by key. Null or nullopt when there is none.
  const OperationEntry* find(std::string_view key) const;
  Pointer find_shared(std::string_view key) const;
  std::optional<std::size_t> place_of(std::string_view key) const;

  // Replaces the operation with the same key, or adds this one at the end.
  void put(OperationEntry operation);
  void erase(std::string_view key);

 private:
  std::vector<Pointer> operations_;
  // The keys are those of the operations themselves. Of several with one key, the first.
  absl::flat_hash_map<std::string_view, std::uint32_t> places_;
};

// The operations that a connected system was last seen to offer, by key, where they differ from the accepted ones: a
// definition as JSON, or nullopt when the system no longer has the operation.
using Offered = std::map<std::string, std::optional<std::string>>;

// The secrets of one connector in plaintext, each opened when it is first needed. Thread-safe.
class OpenedSecrets {
 public:
  using Open = absl::FunctionRef<Result<Secret>()>;
  // A copy of the secret of this field. `open` is called for the first caller; its errors are not kept.
  Result<Secret> get(std::string_view field, Open open) const;

 private:
  mutable std::mutex mutex_;
  mutable std::map<std::string, Secret, std::less<>> opened_;
};

struct ConnectorEntry {
  ConnectorId id;
  std::string kind, label, slug, description, icon;
  bool disabled = false;
  std::vector<TagId> tags;             // sorted
  boost::json::object config;          // without secrets
  boost::json::object sealed_secrets;  // field → hex of what SealingKey made for secret_place(id, field)
  // `sealed_secrets`, as far as they were needed. AccessStore hands it on while `sealed_secrets` stays as it is.
  std::shared_ptr<const OpenedSecrets> opened_secrets = std::make_shared<const OpenedSecrets>();
  OperationList operations;
  Offered offered;

  // Null when there is none.
  const OperationEntry* operation(std::string_view key) const { return operations.find(key); }
};

}  // namespace wick
