#pragma once
/// Watts and kelvins of the whole site between two instants.  Owns the state arrays and the models; the loop in run.cpp says
/// when.  Every joule that enters at the utility is given to one owner in `settle`.

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "sim/engine/assemble.hpp"
#include "sim/engine/iteration_power.hpp"
#include "sim/engine/meters.hpp"
#include "sim/engine/temperature_count.hpp"
#include "sim/state/machine_state.hpp"

namespace ondol::sim {

/// Accelerators of one node that do the same thing.
struct NodeShareLoad {
  int accelerators = 0;
  PowerTerms terms;                                          ///< of one accelerator at the reference clock
  double host = 0;                                           ///< host activity, as if the whole node did this
  std::shared_ptr<IterationLoad const> iteration = nullptr;  ///< instead of `terms` and `host`
  workloads::FabricShare fabric = {};
  IterationDraw draw = {};  ///< set by the room, of `iteration` on one accelerator
};

class MachineRoom {
 public:
  MachineRoom(Assembly const& assembly, topology::Facility const& facility);

  /// Steady state of the idle site at the first instant, so that a run does not begin with a false transient.
  /// False when there is none (cooling cannot carry the idle heat); the run then starts at the set points.
  bool initialise(double unix_s);

  /// Brings one node up to `now_s` (after the start of the run) at its old rates, before they change.
  void touch(std::uint32_t node, double now_s);
  /// New work for a node that has been touched at this instant; chooses its clock.
  void set_load(std::uint32_t node, std::vector<NodeShareLoad> load);

  /// Brings everything up to `now_s`: every node, then cooling and the electrical chain with the means since the last call.
  void settle(double now_s);

  /// What the electrical chain does at `now_s`, after `settle`: units, switches and loads change, racks and cooling with them.
  /// Nothing if nothing is due.
  void step_chain(double now_s);
  /// Tells the chain what the loads draw from now on; `whole`: all has been settled at this instant.
  void load_chain(double now_s, bool whole);
  PowerChain const& chain() const { return chain_; }
  /// Of the time since the last `settle` but one, offsets since the start of the run.
  std::vector<CoolingEvent> take_cooling_events();
  std::vector<ChainEvent> take_chain_events() { return chain_.take_events(); }
  /// Racks that have lost or got their power, or that of their fabric's switches, since the last call, in order.
  std::vector<std::uint32_t> take_switched_racks();
  /// Declared trips of the cooling and moves of its set points that are due at `now_s`, after `settle`.
  void step_trips(double now_s);
  double next_trip_s() const { return trips_.next_s(); }
  std::vector<CoolingTrips::Event> take_trip_events() { return trips_.take_events(); }
  bool has_fabric(std::uint32_t rack) const { return fabric_of_rack_[rack] < 0 || fabric_powered_[fabric_of_rack_[rack]]; }

  /// Thermal and power limits for what comes, after `settle`; the arguments are those of `step_limit_s`.
  void control(double longest_s, double tolerance_k);
  /// Nodes whose clock changed since the last call, in order.
  std::vector<std::uint32_t> take_changed();
  struct HotNode {
    std::uint32_t node = 0;
    double die_k = 0;  ///< of its hottest accelerator
  };
  /// Nodes that reached their shutdown temperature since the last call, those cool enough to serve again, and those that
  /// began or ceased to be slowed down.
  std::vector<HotNode> take_shut_down() { return std::exchange(shut_down_, {}); }
  std::vector<std::uint32_t> take_recovered() { return std::exchange(recovered_, {}); }
  std::vector<HotNode> take_slowed_down() { return std::exchange(slowed_down_, {}); }

  /// Racks where the count of nodes that do not hold their power limit has begun or ceased to be zero since the last call.
  std::vector<std::uint32_t> take_turned() { return std::exchange(turned_, {}); }
  /// Highest draw of an accelerator of the rack that its limit does not hold; 0: all are held.
  double unheld_w(std::uint32_t rack) const;
  /// What bounds each accelerator of a rack besides its own limit, from `now_s` on; infinity: nothing.
  void set_cap(std::uint32_t rack, double limit_w, double now_s);
  double cap_w(std::uint32_t rack) const { return cap_w_[rack]; }
  /// Cuts a rack off when the chain next steps, until it is let back.
  void hold_off(std::uint32_t rack, std::string cause) { chain_.hold_off(vertex_of_rack_[rack], std::move(cause)); }
  void let_back(std::uint32_t rack) { chain_.let_back(vertex_of_rack_[rack]); }
  /// Whether some node of the rack has work.
  bool works(std::uint32_t rack) const;
  /// At its input, at the rates and temperatures that hold now.
  double present_input_w(std::uint32_t rack) const;
  /// The same were its accelerators bound by `limit_w`, instead of by the cap that holds.
  double input_under_w(std::uint32_t rack, double limit_w) const;
  /// The same without its cap, once its dies have warmed to that.
  double demand_w(std::uint32_t rack) const;
  /// What the cap of a rack does to its accelerators.
  struct CapEffect {
    double withheld_w = 0;  ///< at the rack's input
    int slowed = 0;         ///< accelerators that work more slowly for it
    double lost = 0;        ///< accelerators' worth of work that is not done
  };
  CapEffect cap_effect(std::uint32_t rack) const;

  /// Accelerators' worth of work of a rack that temperature takes: its nodes as they are, against limit and cap alone.
  double slowed_accelerators(std::uint32_t rack) const;

  /// Longest step over which the supply temperatures may be held: they move as they did, and by what loads have changed since.
  double step_limit_s(double longest_s, double tolerance_k) const;
  /// When the next die or memory will reach a temperature that changes what its node does, at the powers and the coolant of
  /// now; infinity: not within the step.  `whole`: all has been settled at this instant.  Before `load_chain`.
  double next_crossing_s(bool whole);

  /// What a node was given, in that order, with the draws of shares that repeat an iteration.
  std::span<NodeShareLoad const> load(std::uint32_t node) const { return load_[node]; }
  NodeState const& nodes() const { return nodes_; }
  RackState const& racks() const { return racks_; }
  /// Of the air that enters a rack; its mean is racks().inlet_k.
  double highest_inlet_k(std::uint32_t rack) const { return racks_.inlet_k[rack] + half_inlet_spread_k(rack); }
  double lowest_inlet_k(std::uint32_t rack) const { return racks_.inlet_k[rack] - half_inlet_spread_k(rack); }
  CoolingSystem const& cooling() const { return cooling_; }
  CoolingSystem::Interval const& cooling_interval() const { return *cooling_interval_; }
  Ledger const& ledger() const { return ledger_; }
  Meters const& meters() const { return meters_; }
  EnergyBill const& bill() const { return meters_.bill(); }
  std::array<double, owners> const& owner_w() const { return owner_w_; }  ///< means of the interval
  double utility_w() const { return chain_means_.utility_w; }
  ChainMeans const& chain_means() const { return chain_means_; }
  double unserved_w() const { return unserved_w_; }  ///< that dark loads drew before
  SiteStorage const& storage() const { return storage_; }
  std::vector<SiteStorage::Event> take_storage_events() { return storage_.take_events(); }
  double it_input_w() const { return it_input_w_; }  ///< of racks, of the switches of declared fabrics, of heat loads
  double heat_load_w(std::size_t load) const { return heat_load_w_[load]; }  ///< mean of the interval
  /// When the next row of a heat load's file comes; infinity: none does.
  double next_heat_load_s(double now_s) const;
  /// What bounds the mean power of an accelerator of the node: its limit, what capping leaves it, or what the coolant can carry
  /// as last looked at.
  double power_limit_w(std::uint32_t node) const;
  /// Adds the accelerators of a hall at the end of the interval just settled.
  void count_accelerators(std::uint32_t hall, TemperatureCount& count) const;
  std::span<double const> vertex_load_w() const { return vertex_load_w_; }  ///< of the power tree, means of the interval
  WeatherSample const& weather() const { return weather_; }
  RackClass const& class_of(std::uint32_t node) const { return assembly_.classes[class_of_rack_[rack_of_node_[node]]]; }
  RackClass const& class_of_rack(std::uint32_t rack) const { return assembly_.classes[class_of_rack_[rack]]; }
  std::uint32_t rack_of(std::uint32_t node) const { return rack_of_node_[node]; }

  // Heat account since the start.
  double heat_in_j() const { return heat_in_j_.value(); }    ///< dissipated in IT and in the loops
  double heat_out_j() const { return heat_out_j_.value(); }  ///< given to the weather
  double heat_stored_j() const;                              ///< in dies, air, coolant and metal, against the start
  double water_kg() const { return water_kg_.value(); }

 private:
  /// Energies of one rack since the last settle [J].
  struct RackAccount {
    double accelerators = 0, host = 0, fans = 0, psu_loss = 0, to_coolant = 0;
  };
  void integrate(RackClass const& c, std::uint32_t node, double dt_s);
  void settle_nodes(double now_s);
  /// To tanks and sinks of heat, for the interval that begins now.
  void give_orders(double unix_s);
  void settle_chain(double unix_s, double dt_s);
  void place_trips();
  /// What the fans of a rack's nodes are asked for, at the powers of now.
  struct FanDemand {
    double air_w = 0;    ///< of a node, in steady state
    double board_w = 0;  ///< of the accelerator that asks for most, were it at the temperature that fans hold: one in air above
                         ///< the rack's mean counts as if it drew more
  };
  void place_air(double dt_s);
  double half_inlet_spread_k(std::uint32_t rack) const { return 0.5 * assembly_.hall_inlet_spread_k[class_of_rack(rack).hall]; }
  FanDemand fan_demand(RackClass const& c, std::uint32_t rack) const;
  double fan_speed_for(RackClass const& c, std::uint32_t rack, FanDemand const& wanted, double inlet_k) const;
  double sink_now_k_per_w(RackClass const& c, std::uint32_t rack, double flow_share) const;
  void ease_sinks(std::uint32_t rack, double now_s);
  void spread_boards(topology::Facility const& facility);
  /// What the racks of a hall take in, and what they give.
  struct HallTemperatures {
    double air_k = 0, air_return_k = 0, liquid_k = 0, liquid_return_k = 0;
    double air_rate_k_per_s = 0, liquid_rate_k_per_s = 0;
  };
  void follow_coolant(double dt_s);
  bool serves(std::uint32_t node) const { return nodes_.in_service[node] && racks_.powered[rack_of_node_[node]]; }
  bool close(std::uint32_t node);  ///< whether a clock or a speed changed
  bool mixed(std::uint32_t node) const;
  void choose_thermal_limit(std::uint32_t node);
  double holding_reference_w(std::uint32_t node);
  double limit_for_mean(std::uint32_t node, double mean_w, double most_w) const;
  void set_stage(std::uint32_t node, ThermalStage stage);
  void note_slowed(std::uint32_t node, double accelerators, double lost);
  void look_for_crossings(std::uint32_t rack);
  JunctionParams junction_of(std::uint32_t node) const;
  double time_of(std::uint32_t node) const;            ///< up to which it has been settled
  double coolant_k(std::uint32_t node) const;          ///< then
  double highest_coolant_k(std::uint32_t node) const;  ///< of its own place in the rack
  JunctionState hottest_board(std::uint32_t node) const;
  double hottest_reference_w(std::uint32_t node) const;
  void note_unheld(std::uint32_t node, double power_w);
  /// A node at a power limit of its accelerators, with what its shares of work do.
  struct NodeAt {
    double reference_w = 0, slope_w_per_k = 0, clock = 1, host_w = 0;
    double unheld_w = 0;  ///< highest draw of an accelerator that the limit does not hold
  };
  struct ShareAt {
    double clock = 1, speed = 1;
    IterationDraw iteration = {};
  };
  template <class Each>
  NodeAt at_limit(std::uint32_t node, double limit_w, double die_k, Each const& each) const;
  double uncapped_die_k(std::uint32_t node) const;  ///< to which it would warm without its cap
  double own_limit_w(std::uint32_t node) const;     ///< without the cap
  /// Die to coolant once the fans of the rack have run up, which they do before clocks fall.
  double least_k_per_w(std::uint32_t rack) const;
  template <class NodeLoad>
  double rack_input_w(std::uint32_t rack, NodeLoad const& dc_w) const;
  void note_shift(std::uint32_t node, double power_before_w);

  Assembly const& assembly_;
  NodeState nodes_;
  RackState racks_;
  std::vector<std::uint32_t> rack_of_node_, class_of_rack_, row_of_rack_;
  std::vector<FanDemand> fans_asked_;  ///< by rack, with their lag
  std::vector<std::vector<NodeShareLoad>> load_;
  std::vector<double> node_settled_s_;
  std::vector<RackAccount> account_;
  std::vector<std::uint8_t> rack_touched_;  ///< some node was brought forward on its own, or is out of service
  double start_unix_s_ = 0, settled_s_ = 0;
  std::vector<double> cap_w_;                        ///< by rack, of each accelerator
  std::vector<double> hall_shift_w_, rack_shift_w_;  ///< change of load since the last settle
  double shift_rate_k_per_s_ = 0;                    ///< at which these will move the fastest rack inlet
  std::vector<double> hall_air_w_, hall_liquid_w_;
  CoolingSystem cooling_;
  CoolingSystem::Interval const* cooling_interval_ = nullptr;
  CoolingTrips trips_;
  struct SetPoints {
    std::optional<double> plant_k, air_k, liquid_k;
  };
  std::vector<std::uint8_t> pumps_apart_;              ///< by plant: its pumps have a feed of their own
  std::vector<SetPoints> moved_plants_, moved_halls_;  ///< that events have moved
  bool cooling_jumped_ = false;                        ///< something came or went since the last settle
  PowerChain chain_;
  ChainMeans chain_means_;
  double unserved_w_ = 0;
  std::vector<std::uint32_t> switched_racks_;
  std::vector<std::uint32_t> vertex_of_rack_;
  std::vector<std::uint8_t> stale_power_;  ///< of racks: their power of now is not that of the interval just settled
  std::vector<std::uint32_t> stale_racks_;
  std::vector<std::uint8_t> fabric_powered_;
  std::vector<int> fabric_of_rack_;  ///< or -1: none is declared
  bool base_powered_ = true;
  std::vector<std::uint8_t> heat_load_powered_;
  std::vector<double> heat_load_w_;  ///< means of the interval
  std::vector<double> vertex_load_w_;
  SiteStorage storage_;
  Ledger ledger_;
  Meters meters_;
  std::array<double, owners> owner_w_{};
  double it_input_w_ = 0;
  WeatherSample weather_{};
  CompensatedSum heat_in_j_, heat_out_j_, water_kg_;
  double stored_at_start_j_ = 0;
  double inlet_rate_k_per_s_ = 0;  ///< fastest change of a rack inlet over the interval
  static constexpr double shortest_step_s = 1.0;
  double shortest_s_ = shortest_step_s, horizon_s_ = shortest_step_s;  ///< next step: at least, at most
  double coolant_turn_k_per_s_ = 0;  ///< fastest of the halls: change of the rates that are followed
  double held_rate_k_per_s_ = 0;     ///< fastest change of a sink whose die is held
  double crossing_s_ = 0;
  std::vector<double> board_share_;       ///< of each accelerator, node after node
  std::vector<std::size_t> first_board_;  ///< of each class
  std::vector<HallTemperatures> hall_seen_;
  std::vector<double> board_w_, dc_w_, loss_w_, die_warmed_k_, sink_warmed_k_;  ///< scratch of the node loop, one rack
  JunctionMemo junction_memo_;                                                  ///< of nodes on their own
  mutable JunctionMemo unpowered_memo_;
  std::vector<std::uint32_t> changed_, recovered_, turned_;
  std::vector<HotNode> shut_down_, slowed_down_;
};

}  // namespace ondol::sim
