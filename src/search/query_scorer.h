// The scores of operations for one query, for search.cpp. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "search/connector_index.h"

namespace wick::mcp {

// The searched operations of one connector, as positions in the list of all searched operations.
struct SearchedConnector {
  std::shared_ptr<const ConnectorIndex> index;
  std::vector<std::int32_t> positions;  // by the operation's place in its connector; -1: not searched
  std::size_t first = 0, count = 0;     // the positions are consecutive
};

// The score of each of `operations` searched operations by position; 0: the query does not fit.
std::vector<float> score_operations(const std::vector<SearchedConnector>& connectors, std::size_t operations,
                                    std::string_view query);

}  // namespace wick::mcp
