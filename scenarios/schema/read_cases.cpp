/// Tables of named cases: [[axis.case]], or a CSV file with a column of names and one for each key.

#include <set>

#include "scenarios/schema/merge.hpp"
#include "scenarios/schema/sweep_reader.hpp"
#include "scenarios/schema/toml_text.hpp"

namespace ondol::schema {
namespace {

struct Cell {
  std::string text;
  Place place;
};

/// Rows of a CSV text; cells may stand in quotes, "" is a quote in them.  Empty lines and lines that begin with # are left out.
std::vector<std::vector<Cell>> csv(std::string const& text, std::uint32_t source) {
  std::vector<std::vector<Cell>> rows;
  std::vector<Cell> row;
  Cell cell{{}, {source, 1, 1, 0}};
  std::uint32_t line = 1, column = 1;
  bool quoted = false;
  auto const end_cell = [&] {
    cell.place.width = std::max<std::uint32_t>(1, column - cell.place.column);
    while (!cell.text.empty() && cell.text.back() == ' ') cell.text.pop_back();
    row.push_back(std::exchange(cell, {{}, {source, line, column + 1, 0}}));
  };
  auto const end_row = [&] {
    end_cell();
    bool const empty = row.size() == 1 && row.front().text.empty();
    if (!empty && !row.front().text.starts_with('#')) rows.push_back(std::move(row));
    row.clear();
    ++line;
    column = 0;
    cell.place = {source, line, 1, 0};
  };
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (quoted) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
        cell.text += '"';
        ++i;
        ++column;
      } else if (c == '"' || c == '\n') {
        quoted = false;
        if (c == '\n') end_row();
      } else {
        cell.text += c;
      }
    } else if (c == '"' && cell.text.empty()) {
      quoted = true;
    } else if (c == ',') {
      end_cell();
    } else if (c == '\n') {
      end_row();
    } else if (c != '\r' && !(c == ' ' && cell.text.empty())) {
      cell.text += c;
    }
    if ((static_cast<unsigned char>(c) & 0xC0) != 0x80) ++column;
  }
  if (!cell.text.empty() || !row.empty()) end_row();
  return rows;
}

}  // namespace

void SweepReader::read_cases(AxisSpec& axis, AxisTable const& table, std::string const& path) {
  for (std::size_t i = 0; i < table.cases.size(); ++i) {
    auto const& c = table.cases[i];
    AxisValue value;
    value.label = c.name;
    if (c.set) value.sets = overrides(*c.set);
    axis.values.push_back(std::move(value));
  }
  (void)path;
}

void SweepReader::read_case_file(AxisSpec& axis, std::string const& file, std::string const& path) {
  auto text = read_text(file, sources_, faults_);
  if (!text) return;
  auto const source = sources_.add(file, *text, false);
  auto const rows = csv(*text, source);
  if (rows.size() < 2 || rows.front().size() < 2) {
    error(path, "the table of cases holds a line of keys (the first is for names) and a line for each case");
    return;
  }
  auto const& head = rows.front();
  std::set<std::string> names, keys;
  for (std::size_t k = 1; k < head.size(); ++k)
    if (!keys.insert(head[k].text).second) faults_.error(head[k].place, "two columns are for " + head[k].text);
  for (std::size_t r = 1; r < rows.size(); ++r) {
    auto const& row = rows[r];
    AxisValue value;
    value.label = row.front().text;
    if (value.label.empty()) faults_.error(row.front().place, "a case needs a name, in the first column");
    if (!names.insert(value.label).second)
      faults_.error(row.front().place, "the case " + in_quotes(value.label) + " was declared before");
    if (row.size() != head.size()) {
      faults_.error(row.front().place,
                    "this line has " + std::to_string(row.size()) + " columns, the first one " + std::to_string(head.size()));
      continue;
    }
    for (std::size_t k = 1; k < row.size(); ++k) {
      if (row[k].text.empty()) continue;  // as the base has it
      Value v = parse_value(row[k].text, source, 1, faults_);
      stand_at(v, row[k].place);
      if (auto o = override_of({head[k].text, head[k].place, std::move(v)})) value.sets.push_back(std::move(*o));
    }
    axis.values.push_back(std::move(value));
  }
}

}  // namespace ondol::schema
