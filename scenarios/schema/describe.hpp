#pragma once
/// What the scenario language is: one description per struct, from which reading, dump and JSON Schema follow.
///
///   void describe(Table& t, RackGroupSpec& s) {
///     t("rack", s.rack, "catalogue rack type").names("rack").required();
///     t("count", s.count, "racks in the group").range(1, 1e6).required();
///   }

#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "scenarios/base/units.hpp"
#include "scenarios/schema/catalogue_spec.hpp"
#include "scenarios/schema/document.hpp"
#include "scenarios/schema/quantity_text.hpp"
#include "scenarios/schema/spec.hpp"

namespace ondol::schema {

/// Of the air into racks, the share that comes from racks (assumed: rooms have less than half of it; near 1 the inlet would be
/// a large multiple of each rise, and answers at once to every watt, where real air takes its time and settles).
inline constexpr double most_recirculation = 0.7;

struct Field;

using Fields = std::vector<Field>;

/// The member behind a key.
namespace slot {
struct Quantity {
  std::function<std::optional<double>()> get;  ///< nothing: an optional member without value
  std::function<void(double)> set;
  Dimension const* dimension;
};
struct Choice {  ///< an enum
  std::function<std::string()> get;
  std::function<void(std::size_t)> set;  ///< index in Field::choices
};
struct Group {                   ///< a table
  std::function<Fields()> open;  ///< makes an optional member present
  std::function<bool()> present;
  bool optional;
};
struct List {  ///< a list of tables
  std::function<std::size_t()> size;
  std::function<Fields(std::size_t)> at;
  std::function<void(std::size_t)> resize;
  std::function<Fields()> sample;  ///< of an element that is nowhere, for the JSON Schema
};
struct Instant {  ///< seconds since 1970 UTC
  std::int64_t* seconds;
};
struct Raw {  ///< kept as it is written: what it may be depends on another key
  enum class Shape { list, table, number };
  std::optional<Value>* to;
  Shape shape;
};
}  // namespace slot

using Slot =
    std::variant<slot::Quantity, slot::Choice, slot::Group, slot::List, slot::Instant, slot::Raw, double*, int*, std::uint64_t*,
                 bool*, std::string*, std::vector<std::string>*, std::vector<int>*, std::vector<double>*,
                 std::vector<std::vector<double>>*, std::span<double>, std::map<std::string, double>*>;

struct Field {
  std::string key;
  std::string doc;
  Slot slot;
  bool is_required = false;
  double low = -std::numeric_limits<double>::infinity(), high = std::numeric_limits<double>::infinity();
  bool above_low = false;            ///< low itself is not allowed
  std::vector<std::string> choices;  ///< spellings of an enum, or the texts allowed
  std::string reference;             ///< what the text names: "rack", "hall", "pool", "power", ...
  bool is_path = false;              ///< a file, relative to the file that names it
  bool is_identity = false;          ///< id or name that must be unique in its list
  bool applies = true;               ///< false: another key of the table (form = ...) rules it out
  std::string condition;             ///< why not, for the message: form = "table"; two fields may share a key if one applies
  bool may_repeat = false;           ///< of a list of whole numbers: the same one may stand twice
  bool late_limit = false;           ///< too large a count is judged by the cross checks, with what it would cost
  enum class Draws { always, if_declared, never };
  Draws draws = Draws::always;         ///< by simulation.catalogue_draw; if_declared: assumed uncertainties leave it as it is
  bool draws_as_one = false;           ///< one factor for everything below
  bool is_efficiency_of_loss = false;  ///< its uncertainty is that of the loss
  std::string draws_with;              ///< key beside it whose draw it shares

  Field& required() { return is_required = true, *this; }
  Field& range(double from, double to) { return low = from, high = to, *this; }
  Field& above(double from) { return low = from, above_low = true, *this; }
  Field& above(double from, double to) { return low = from, high = to, above_low = true, *this; }
  Field& fraction() { return range(0, 1); }
  Field& names(char const* what) { return reference = what, *this; }
  Field& one_of(std::vector<std::string> texts) { return choices = std::move(texts), *this; }
  Field& file() { return is_path = true, *this; }
  Field& identity() { return is_identity = is_required = true, *this; }
  Field& difference();  ///< a kelvin difference, not a temperature
  Field& only_if(bool holds, char const* why) { return applies = holds, condition = why, *this; }
  Field& repeats() { return may_repeat = true, *this; }
  Field& judged_later() { return late_limit = true, *this; }
  /// What a thing is sold, set or reckoned as: no estimate.
  Field& nameplate() { return draws = Draws::if_declared, *this; }
  Field& fixed() { return draws = Draws::never, *this; }
  Field& drawn_as_one() { return draws_as_one = true, *this; }
  Field& drawn_by_loss() { return is_efficiency_of_loss = true, *this; }
  Field& drawn_with(char const* other) { return draws_with = other, *this; }
};

/// Collects the fields of one struct.
class Table {
 public:
  template <int... E>
  Field& operator()(char const* key, Quantity<E...>& member, char const* doc) {
    return quantity(
        key, doc, Exponents{E...}, [&member] { return std::optional<double>(member.v); },
        [&member](double si) { member.v = si; });
  }
  template <int... E>
  Field& operator()(char const* key, std::optional<Quantity<E...>>& member, char const* doc) {
    return quantity(
        key, doc, Exponents{E...}, [&member] { return member ? std::optional<double>(member->v) : std::nullopt; },
        [&member](double si) { member = Quantity<E...>{si}; });
  }
  Field& operator()(char const* key, double& m, char const* doc) { return add(key, doc, &m); }
  Field& operator()(char const* key, int& m, char const* doc) { return add(key, doc, &m); }
  Field& operator()(char const* key, std::uint64_t& m, char const* doc) { return add(key, doc, &m); }
  Field& operator()(char const* key, bool& m, char const* doc) { return add(key, doc, &m); }
  Field& operator()(char const* key, std::string& m, char const* doc) { return add(key, doc, &m); }
  Field& operator()(char const* key, std::vector<std::string>& m, char const* doc) { return add(key, doc, &m); }
  Field& operator()(char const* key, std::vector<int>& m, char const* doc) { return add(key, doc, &m); }
  Field& operator()(char const* key, std::vector<double>& m, char const* doc) { return add(key, doc, &m); }
  Field& operator()(char const* key, std::vector<std::vector<double>>& m, char const* doc) { return add(key, doc, &m); }
  template <std::size_t N>
  Field& operator()(char const* key, std::array<double, N>& m, char const* doc) {
    return add(key, doc, std::span<double>(m));
  }
  Field& operator()(char const* key, std::map<std::string, double>& m, char const* doc) { return add(key, doc, &m); }

  Field& raw(char const* key, std::optional<Value>& m, slot::Raw::Shape shape, char const* doc) {
    return add(key, doc, slot::Raw{&m, shape});
  }

  /// A moment; its member is seconds since 1970 UTC.
  Field& instant(char const* key, std::int64_t& m, char const* doc) { return add(key, doc, slot::Instant{&m}); }

  template <class Enum>
  requires std::is_enum_v<Enum> Field& operator()(char const* key, Enum& member,
                                                  std::vector<std::pair<Enum, char const*>> spellings, char const* doc) {
    Field& f = add(key, doc, slot::Choice{});
    for (auto const& s : spellings) f.choices.emplace_back(s.second);
    f.slot = slot::Choice{[&member, spellings] {
                            for (auto const& s : spellings)
                              if (s.first == member) return std::string(s.second);
                            return std::string();
                          },
                          [&member, spellings](std::size_t i) { member = spellings[i].first; }};
    return f;
  }

  template <class Struct>
  requires std::is_class_v<Struct> Field& operator()(char const* key, Struct& member, char const* doc) {
    return add(key, doc, slot::Group{[&member] { return fields(member); }, [] { return true; }, false});
  }
  template <class Struct>
  requires std::is_class_v<Struct> Field& operator()(char const* key, std::optional<Struct>& member, char const* doc) {
    return add(key, doc,
               slot::Group{[&member] { return fields(member ? *member : member.emplace()); },
                           [&member] { return member.has_value(); }, true});
  }
  template <class Struct>
  requires std::is_class_v<Struct> Field& operator()(char const* key, std::vector<Struct>& member, char const* doc) {
    return add(key, doc,
               slot::List{[&member] { return member.size(); }, [&member](std::size_t i) { return fields(member[i]); },
                          [&member](std::size_t n) { member.resize(n); },
                          [] {
                            static Struct nowhere;
                            nowhere = Struct{};  // as if nothing had been read into it
                            return fields(nowhere);
                          }});
  }

  /// The fields of `s`, each bound to its member.
  template <class Struct>
  static Fields fields(Struct& s) {
    Table t;
    describe(t, s);
    return std::move(t.fields_);
  }

 private:
  Field& add(char const* key, char const* doc, Slot slot);
  Field& quantity(char const* key, char const* doc, Exponents const& exponents, std::function<std::optional<double>()> get,
                  std::function<void(double)> set);
  Fields fields_;
};

void describe(Table&, LossCurve&);
void describe(Table&, AcceleratorSpec&);
void describe(Table&, ChannelEnergies&);
void describe(Table&, CalibrationThermal&);
void describe(Table&, CalibrationQuality&);
void describe(Table&, CalibrationSpec&);
void describe(Table&, PsuSpec&);
void describe(Table&, NodeSpec&);
void describe(Table&, RackSpec&);
void describe(Table&, BatterySpec&);
void describe(Table&, OverloadSpec&);
void describe(Table&, UpsSpec&);
void describe(Table&, GeneratorSpec&);
void describe(Table&, TransferSpec&);
void describe(Table&, PowerUnitSpec&);
void describe(Table&, BreakerSpec&);
void describe(Table&, SwitchSpec&);
void describe(Table&, OpticSpec&);
void describe(Table&, CollectiveCurveSpec&);
void describe(Table&, SwitchReductionSpec&);
void describe(Table&, InterconnectSpec&);
void describe(Table&, CduSpec&);
void describe(Table&, CrahSpec&);
void describe(Table&, ChillerSpec&);
void describe(Table&, TowerSpec&);
void describe(Table&, DryCoolerSpec&);
void describe(Table&, FluidSpec&);
void describe(Table&, ModelShapeSpec&);
void describe(Table&, TrainingStackSpec&);
void describe(Table&, TariffBand&);
void describe(Table&, PriceSeriesSpec&);
void describe(Table&, DemandRatchetSpec&);
void describe(Table&, PowerFactorClauseSpec&);
void describe(Table&, TariffSpec&);
void describe(Table&, HolidayCalendarSpec&);

void describe(Table&, SimulationSpec&);
void describe(Table&, RecordSpec&);
void describe(Table&, DesignDaySpec&);
void describe(Table&, WeatherSpec&);
void describe(Table&, CarbonSpec&);
void describe(Table&, SiteSpec&);
void describe(Table&, PowerBankSpec&);
void describe(Table&, ResetSpec&);
void describe(Table&, StagingSpec&);
void describe(Table&, TankSpec&);
void describe(Table&, HeatReuseSpec&);
void describe(Table&, PlantSpec&);
void describe(Table&, AirEconomizerSpec&);
void describe(Table&, AirSpec&);
void describe(Table&, LiquidSpec&);
void describe(Table&, RearDoorSpec&);
void describe(Table&, HallSpec&);
void describe(Table&, HeatLoadSpec&);
void describe(Table&, CoolingSpec&);
void describe(Table&, PowerSmoothingSpec&);
void describe(Table&, RackGroupSpec&);
void describe(Table&, FabricSpec&);
void describe(Table&, ActivitySpec&);
void describe(Table&, TrainingSpec&);
void describe(Table&, TraceSpec&);
void describe(Table&, MixSpec&);
void describe(Table&, ServiceSpec&);
void describe(Table&, SteadySpec&);
void describe(Table&, PeakShavingSpec&);
void describe(Table&, RampLimitSpec&);
void describe(Table&, StorageSpec&);
void describe(Table&, SchedulerSpec&);
void describe(Table&, CappingSpec&);
void describe(Table&, BudgetSpec&);
void describe(Table&, EventSpec&);
void describe(Table&, SheddingSpec&);
void describe(Table&, PublishedSpec&);
void describe(Table&, StepSpec&);
/// Everything but the catalogue tables.
void describe(Table&, Scenario&);
void describe(Table&, StepFile&);

/// Kinds of catalogue entries, in the order of `dump`: their TOML table and what one is.
struct EntryKind {
  char const* key;
  char const* doc;
  std::function<Fields(Scenario&, std::string const& id)> entry;  ///< made when it is not there
  std::function<std::vector<std::string>(Scenario const&)> ids;
  std::function<Fields()> sample;
};
std::vector<EntryKind> const& kinds();
EntryKind const* kind_named(std::string_view key);

}  // namespace ondol::schema
