#pragma once
/// Tree -> structs, by their descriptions.  Finds what is wrong with each value by itself; what is wrong between values is
/// found by checks.hpp.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "scenarios/schema/describe.hpp"
#include "scenarios/schema/document.hpp"

namespace ondol::schema {

/// A text that names something declared elsewhere.
struct Reference {
  std::string kind, id, path;
  Place place;
};

class Decoder {
 public:
  Decoder(Sources const& sources, Faults& faults, Provenance& origin) : sources_(sources), faults_(faults), origin_(origin) {}

  /// Fills the fields that `open` gives from `table`.  `path` is empty for the scenario itself; `also_known` are keys that
  /// others read.
  void table(Value const& table, std::function<Fields()> const& open, std::string const& path,
             std::vector<std::string> const& also_known = {});

  std::string whole = "the scenario";  ///< what the file as a whole is called
  std::vector<Reference> references;
  std::set<std::string> local_times;        ///< instants written without an offset
  std::map<std::string, double> oversized;  ///< counts too large for their member, judged by the cross checks

  /// Where `path` was written, or else the nearest table around it.
  Place place(std::string path) const;
  /// False when `path` or something in it was faulty or missing: what follows from it would only repeat the fault.
  bool good(std::string const& path) const;
  /// False when `path` itself was faulty, whatever is in it.
  bool good_itself(std::string const& path) const { return !bad_.contains(path); }
  void spoil(std::string const& path) { bad_.insert(path); }
  /// The value as the user wrote it.
  std::string written(Value const& v) const;

 private:
  void field(Field const& f, Value const& v, std::string const& path);
  void fault(std::string const& path, Place const& place, std::string message);
  void wrong_type(Field const& f, Value const& v, std::string const& path, std::string const& expected);
  void mark(Value const& v, std::string const& path);
  void mark_default(std::string const& path);
  bool in_range(Field const& f, double x, Value const& v, std::string const& path, Dimension const* dimension);
  bool number(Field const& f, Value const& v, std::string const& path, double& out);
  bool integer(Field const& f, Value const& v, std::string const& path, double& out);
  bool text(Field const& f, Value const& v, std::string const& path, std::string& out);
  void refer(Field const& f, std::string const& id, std::string const& path, Place const& place);
  std::string file_at(std::string const& word, std::string const& path, Place const& place);

  Sources const& sources_;
  Faults& faults_;
  Provenance& origin_;
  std::map<std::string, Place> places_;
  std::set<std::string> bad_;
};

/// "did you mean ..." or the known spellings, to end a message about an unknown name.
std::string suggestion(std::string const& word, std::vector<std::string> const& known);

}  // namespace ondol::schema
