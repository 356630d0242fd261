// Columns of text, aligned by what is in them.
#pragma once

#include <string>
#include <vector>

namespace par::cli {

// Rows of cells; the first row is the heading. Columns are as wide as their widest cell (counted in bytes but
// for UTF-8 continuation bytes), two spaces apart; the last column is not padded. Each line is indented by
// `indent`.
[[nodiscard]] std::string table_text(const std::vector<std::vector<std::string>>& rows,
                                     std::size_t indent = 0);

}  // namespace par::cli
