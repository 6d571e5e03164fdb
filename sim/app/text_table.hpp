#pragma once
/// Columns of text for the terminal.

#include <string>
#include <vector>

namespace ondol::app {

/// Characters as they stand on the terminal, not bytes.  (Wide characters count as one.)
std::size_t width(std::string const& text);
/// At most `most` characters; what is left out becomes "…": the end, or of a text in quotes the middle, since paths differ
/// late.
std::string shortened(std::string const& text, std::size_t most);

/// Rows of cells, aligned when printed.
class TextTable {
 public:
  /// One letter a column: 'l' or 'r'.
  explicit TextTable(std::string alignment) : alignment_(std::move(alignment)) {}
  enum class Look { plain, bold, dim };
  void row(std::vector<std::string> cells, Look look = Look::plain);
  bool empty() const { return rows_.empty(); }
  /// Each line indented by two, columns two apart, no blanks at its end.
  std::string text(bool colour) const;

 private:
  struct Row {
    std::vector<std::string> cells;
    Look look;
  };
  std::string alignment_;
  std::vector<Row> rows_;
};

}  // namespace ondol::app
