#include "access/entries.h"

#include <algorithm>

namespace wick {
namespace {

template <typename Enum, std::size_t N>
Result<Enum> parse_name(std::string_view text, const std::pair<const char*, Enum> (&names)[N],
                        const char* what) {
  std::string known;
  for (const auto& [name, value] : names) {
    if (text == name) return value;
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  return fail(ErrorCode::kInvalidArgument,
              "\"" + std::string(text) + "\" is not a " + what + ": use one of " + known + ".");
}

constexpr std::pair<const char*, Role> kRoles[] = {
    {"admin", Role::kAdmin}, {"member", Role::kMember}, {"service", Role::kService}};
constexpr std::pair<const char*, UserStatus> kStatuses[] = {{"pending", UserStatus::kPending},
                                                            {"active", UserStatus::kActive},
                                                            {"deactivated", UserStatus::kDeactivated},
                                                            {"deleted", UserStatus::kDeleted}};
constexpr std::pair<const char*, ToolSurface> kTools[] = {
    {"auto", ToolSurface::kAuto}, {"direct", ToolSurface::kDirect}, {"meta", ToolSurface::kMeta}};

}  // namespace

const char* role_name(Role role) {
  return kRoles[static_cast<int>(role)].first;
}
const char* status_name(UserStatus status) {
  return kStatuses[static_cast<int>(status)].first;
}
const char* tools_name(ToolSurface tools) {
  return kTools[static_cast<int>(tools)].first;
}
Result<Role> parse_role(std::string_view text) {
  return parse_name(text, kRoles, "role");
}
Result<UserStatus> parse_status(std::string_view text) {
  return parse_name(text, kStatuses, "status");
}
Result<ToolSurface> parse_tools(std::string_view text) {
  return parse_name(text, kTools, "tool surface");
}

OperationList::OperationList(std::vector<Pointer> operations) : operations_(std::move(operations)) {
  places_.reserve(operations_.size());
  for (std::uint32_t place = 0; place < operations_.size(); ++place)
    places_.emplace(operations_[place]->key, place);
}

std::optional<std::size_t> OperationList::place_of(std::string_view key) const {
  const auto found = places_.find(key);
  if (found == places_.end()) return std::nullopt;
  return found->second;
}

OperationList::Pointer OperationList::find_shared(std::string_view key) const {
  const auto place = place_of(key);
  return place ? operations_[*place] : nullptr;
}

const OperationEntry* OperationList::find(std::string_view key) const {
  const auto place = place_of(key);
  return place ? operations_[*place].get() : nullptr;
}

void OperationList::put(OperationEntry operation) {
  const auto place = place_of(operation.key);
  auto next = std::make_shared<const OperationEntry>(std::move(operation));
  std::vector<Pointer> operations = operations_;
  if (place) {
    operations[*place] = std::move(next);
  } else {
    operations.push_back(std::move(next));
  }
  *this = OperationList(std::move(operations));
}

void OperationList::erase(std::string_view key) {
  std::vector<Pointer> operations = operations_;
  std::erase_if(operations, [&](const Pointer& one) { return one->key == key; });
  *this = OperationList(std::move(operations));
}

Result<Secret> OpenedSecrets::get(std::string_view field, Open open) const {
  const std::lock_guard lock(mutex_);
  if (const auto known = opened_.find(field); known != opened_.end()) return known->second.clone();
  WICK_TRY(opened, open());
  return opened_.emplace(std::string(field), std::move(opened)).first->second.clone();
}

}  // namespace wick
