#pragma once
/// The catalogue as trees: every entry of the folder and of the scenario, `extends` resolved on demand.

#include <map>
#include <memory>
#include <set>
#include <string>

#include "scenarios/schema/decode.hpp"

namespace ondol::schema {

class CatalogueTrees {
 public:
  CatalogueTrees(Sources& sources, Faults& faults) : sources_(sources), faults_(faults) {}
  /// For another scenario: the folder of `read`, without reading it again.
  CatalogueTrees(CatalogueTrees const& read, Sources& sources, Faults& faults)
      : sources_(sources), faults_(faults), folder_(read.folder_) {}

  /// Files of the folder and of its subfolder `calibrations`, in the order of their paths.
  void read_folder(std::filesystem::path const& folder);
  /// Takes the catalogue tables out of a scenario; they lie over the folder's entries of the same id.
  void take_from(Value& scenario);

  std::vector<std::string> ids(std::string const& kind) const;
  std::vector<std::string> ids_in_scenario(std::string const& kind) const;
  /// The entry with everything it extends, or null.  Faults of its chain are reported once.
  Value const* entry(std::string const& kind, std::string const& id);
  /// The entry, `id` or one that it extends, in which the value of this key (loss, generator.tank) is written; "default" if
  /// none.
  std::string owner(std::string const& kind, std::string const& id, std::string const& key) const;

 private:
  using Entries = std::map<std::string, Value>;
  using Layer = std::map<std::string, Entries>;
  void take(Value& document, Layer& into);
  std::optional<Value> resolve(std::string const& kind, std::string const& id, bool from_scenario,
                               std::vector<std::string>& chain);

  Sources& sources_;
  Faults& faults_;
  std::shared_ptr<Layer> folder_ = std::make_shared<Layer>();  ///< read once, then only looked at
  Layer scenario_;
  std::map<std::pair<std::string, std::string>, std::optional<Value>> resolved_;
};

}  // namespace ondol::schema
