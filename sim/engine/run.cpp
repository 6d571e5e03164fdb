#include "sim/engine/run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <memory>
#include <utility>

#include "sim/compute/macro_work.hpp"
#include "sim/compute/roofline.hpp"
#include "sim/engine/assemble.hpp"
#include "sim/engine/bill_report.hpp"
#include "sim/engine/calendar.hpp"
#include "sim/engine/capping.hpp"
#include "sim/engine/clock.hpp"
#include "sim/engine/cooling_outlook.hpp"
#include "sim/engine/energy_account.hpp"
#include "sim/engine/event_effects.hpp"
#include "sim/engine/fabric_sharing.hpp"
#include "sim/engine/facility_tables.hpp"
#include "sim/engine/job_book.hpp"
#include "sim/engine/limit_warnings.hpp"
#include "sim/engine/link_loads.hpp"
#include "sim/engine/machine_room.hpp"
#include "sim/engine/phase_window.hpp"
#include "sim/engine/placements.hpp"
#include "sim/engine/refusal.hpp"
#include "sim/engine/reporter.hpp"
#include "workloads/traces/demand.hpp"

namespace ondol::sim {

std::optional<double> RunResult::kpi(std::string const& name) const {
  for (auto const& k : kpis)
    if (k.name == name) return k.value;
  return std::nullopt;
}

namespace {

using Wall = std::chrono::steady_clock;

// A job is given a new speed when it changed by more than this share: temperatures creep, and a thousandth moves the end of a
// day's job by a minute and a half at most, while following every creep would fill the calendar.
constexpr double speed_resolution = 1e-3;
/// A share of the fabric below this is an event.
constexpr double worth_telling = 0.95;

class Run {
 public:
  Run(schema::Scenario const& scenario, topology::Facility const& facility, RunOptions const& options)
      : scenario_(scenario),
        facility_(facility),
        options_(options),
        assembly_(assemble(scenario, facility)),
        calendar_(SiteStorage(assembly_.storages).minds_edges()),
        room_(assembly_, facility),
        book_(workloads::demand(scenario, assembly_.supplies, &warnings_), facility, scenario.scheduler.policy,
              assembly_.accelerators_per_node_of_pool, assembly_.nodes_of_pool, calendar_),
        placements_(facility, !options.output.empty() && scenario.record.placements),
        fabrics_(scenario, facility, assembly_.accelerators_per_node_of_pool),
        capping_(scenario, facility, assembly_),
        reporter_(scenario, facility, assembly_, !options.output.empty()),
        effects_(scenario, facility),
        start_unix_s_(static_cast<double>(scenario.simulation.start)),
        duration_s_(scenario.simulation.duration.v),
        limited_(facility.racks.size(), 0),
        unheld_(facility.racks.size(), 0),
        boots_(facility.racks.size(), 0),
        shutdowns_(facility.node_rack.size(), 0),
        is_hot_(facility.node_rack.size(), 0),
        is_dark_(facility.racks.size(), 0),
        serves_(facility.node_rack.size(), 1) {
    if (assembly_.weather.assumes_dry_bulb() && scenario.origin.at("site.weather.relative_humidity").is_default)
      warnings_.push_back(fault_at(
          scenario, "site.weather.file", Severity::warning,
          fmt::format("the weather file has wet bulbs alone; the dry bulb is taken as that of {:.0f} % relative humidity, "
                      "say site.weather.relative_humidity",
                      100 * scenario.site.weather.relative_humidity)));
    if (!options.rehearsed) look_over();
    for (auto const& spec : scenario.phase_window)
      if (spec.start.v < duration_s_)
        windows_.push_back(std::make_unique<PhaseWindow>(spec, scenario, facility, assembly_, book_.jobs()));
    window_macro_j_.resize(windows_.size());
    next_window_edge_s_ = windows_.empty() ? std::numeric_limits<double>::infinity() : 0.0;
  }

  /// What can be said of a run before it begins.
  void look_over() {
    for (auto& fault : limit_warnings(scenario_, facility_, assembly_, book_.jobs())) warnings_.push_back(std::move(fault));
    plants_ = cooling_outlook(scenario_, facility_, assembly_);
    for (auto& fault : cooling_warnings(scenario_, plants_)) warnings_.push_back(std::move(fault));
  }

  Rehearsal rehearsal() const { return {warnings_, plants_}; }

  RunResult go() {
    auto const wall_start = Wall::now();
    if (!room_.initialise(start_unix_s_))
      reporter_.event(0, "no_steady_start", "cooling", "the plant cannot carry the idle heat in this weather");
    capping_.begin(room_, calendar_);
    open_recorder();
    clock_.run(0.0, [this](double date) { return instant(date); });
    RunResult result = close();
    result.wall_s = std::chrono::duration<double>(Wall::now() - wall_start).count();
    return result;
  }

 private:
  // ------------------------------------------------------------------------------------------------ the loop (see run.hpp)
  double instant(double date) {
    ++instants_;
    reporter_.accumulate_pools(book_, date - now_s_);
    reporter_.accumulate_lost(dark_accelerators_, date - now_s_);
    effects_.advance(date);
    now_s_ = date;
    fabrics_.advance(now_s_);
    if (window_) window_->advance(now_s_);
    bool const edge = calendar_.changes(now_s_);
    bool const whole = now_s_ >= next_settle_s_ || edge || stopped() || room_.chain().is_active();
    if (whole && now_s_ > settled_s_) settle();
    if (whole) step_chain();
    if (whole) step_trips();
    happen();
    for (auto const job : book_.schedule(now_s_)) begin_job(job);
    if (whole) control();
    share_fabrics();
    for (auto const node : room_.take_changed()) {
      for (auto const job : book_.on_node(node)) dirty_.push_back(job);
      if (window_) window_->touch(node);
      capping_.redraw(room_.rack_of(node));
    }
    tell_unheld();
    watch_feeds(whole);
    re_rate();
    next_crossing_s_ = room_.next_crossing_s(whole);
    room_.load_chain(now_s_, whole);
    look_closer(whole);
    if (whole && now_s_ >= next_report_s_) record();
    if (whole) progress();
    if (now_s_ >= duration_s_ || stopped()) return now_s_;
    return look_ahead(whole);
  }

  void settle() {
    room_.settle(now_s_);
    reporter_.accumulate(room_, now_s_ - settled_s_);
    for (auto& e : room_.take_cooling_events()) {
      bool const plant = e.of == CoolingEvent::Of::plant;
      reporter_.event(e.offset_s, std::move(e.kind), plant ? scenario_.plant[e.index].id : scenario_.hall[e.index].id,
                      std::move(e.text));
    }
    for (auto& e : room_.take_storage_events())
      reporter_.event(e.time_s, std::move(e.kind), std::move(e.subject), std::move(e.cause));
    if (window_) window_macro_j_[window_at_] += room_.storage().meter_without_w() * (now_s_ - settled_s_);
    settled_s_ = now_s_;
  }

  /// What the electrical chain does at this instant, and what that takes from jobs or gives back.
  void step_chain() {
    room_.step_chain(now_s_);
    for (auto& e : room_.take_chain_events()) reporter_.event(now_s_, e.kind, e.subject, e.cause);
    for (auto const r : room_.take_switched_racks()) {
      auto const& place = facility_.racks[r];
      ++boots_[r];
      bool const powered = room_.racks().powered[r], on = powered && room_.has_fabric(r);
      if (on)
        calendar_.add({.date_s = now_s_ + scenario_.racks[place.group].boot_time.v,
                       .what = Entry::What::rack_boot,
                       .subject = r,
                       .generation = boots_[r]});
      for (std::uint32_t n = place.first_node; n < place.first_node + place.nodes; ++n) {
        room_.touch(n, now_s_);
        if (window_) window_->touch(n);
        if (!on) lose_node(n, place.name + (powered ? " lost its network" : " lost its power"));
      }
      if (!std::exchange(is_dark_[r], std::uint8_t{1})) dark_accelerators_ += accelerators_of(r);
    }
  }

  /// Cooling that trips or comes back at this instant.
  void step_trips() {
    room_.step_trips(now_s_);
    for (auto& e : room_.take_trip_events())
      reporter_.event(now_s_, std::move(e.kind), std::move(e.subject), std::move(e.cause));
  }

  double accelerators_of(std::uint32_t rack) const {
    auto const& place = facility_.racks[rack];
    return place.nodes > 0 ? place.nodes * room_.class_of(place.first_node).accelerators : 0;
  }

  void boot(std::uint32_t rack) {
    auto const& place = facility_.racks[rack];
    dark_accelerators_ -= accelerators_of(rack);
    is_dark_[rack] = 0;
    for (std::uint32_t n = place.first_node; n < place.first_node + place.nodes; ++n) give_back_node(n);
    reporter_.event(now_s_, "rack_in_service", place.name, "booted after its power came back");
  }

  void boot_node(std::uint32_t node) {
    is_hot_[node] = 0;
    effects_.shut(room_.rack_of(node), -room_.class_of(node).accelerators);
    give_back_node(node);
    capping_.touch(room_.rack_of(node));
  }

  void happen() {
    while (!calendar_.empty() && calendar_.next_date() <= now_s_) {
      Entry const entry = calendar_.pop();
      switch (entry.what) {
        case Entry::What::job_submit:
          book_.submit(entry.subject);
          break;
        case Entry::What::job_end:
          if (book_.valid(entry)) end_job(entry.subject, JobPhase::done);
          break;
        case Entry::What::beat:
          if (!valid(entry)) break;
          window_->beat(entry.subject, now_s_);
          await_beat(entry.subject);
          break;
        case Entry::What::job_resume:
          if (book_.valid(entry)) work(entry.subject);
          break;
        case Entry::What::rack_boot:
          if (boots_[entry.subject] == entry.generation) boot(entry.subject);
          break;
        case Entry::What::node_boot:
          if (shutdowns_[entry.subject] == entry.generation) boot_node(entry.subject);
          break;
        case Entry::What::profile_change:
          if (book_.valid(entry)) load_nodes_of(entry.subject);
          break;
        case Entry::What::cap_sample:
          capping_.look(entry.subject, now_s_, room_, calendar_);
          break;
        case Entry::What::cap_command:
          capping_.obey(entry.subject, now_s_, room_);
          break;
        case Entry::What::budget_notice:
          capping_.notice(entry.subject, entry.generation, now_s_, room_, calendar_);
          break;
        case Entry::What::budget_change:
          capping_.change(entry.subject, entry.generation, now_s_);
          break;
      }
    }
  }

  void control() {
    room_.control(scenario_.simulation.thermal_step.v, scenario_.simulation.thermal_tolerance.v);
    // Nodes that reached their shutdown temperature take their jobs with them.
    for (auto const& [node, die_k] : room_.take_shut_down()) {
      auto const& rack = facility_.racks[room_.rack_of(node)].name;
      reporter_.event(now_s_, "thermal_shutdown", rack,
                      fmt::format("accelerator at {:.1f} degC, its shutdown temperature", to_celsius(Kelvin{die_k})));
      ++shutdowns_[node];
      if (!std::exchange(is_hot_[node], std::uint8_t{1})) effects_.shut(room_.rack_of(node), room_.class_of(node).accelerators);
      lose_node(node, "thermal shutdown of " + rack);
    }
    for (auto const node : room_.take_recovered()) {
      auto const& rack = facility_.racks[room_.rack_of(node)];
      double const boot_s = scenario_.racks[rack.group].boot_time.v;
      calendar_.add(
          {.date_s = now_s_ + boot_s, .what = Entry::What::node_boot, .subject = node, .generation = shutdowns_[node]});
      capping_.touch(room_.rack_of(node));
      reporter_.event(now_s_, "thermal_recovery", rack.name,
                      fmt::format("accelerators cooled; in service in {:.0f} s", boot_s));
    }
    for (auto const& [node, die_k] : room_.take_slowed_down()) {
      bool const begins = room_.nodes().stage[node] == ThermalStage::slowed;
      reporter_.event(now_s_, begins ? "hardware_slowdown_begin" : "hardware_slowdown_end",
                      facility_.racks[room_.rack_of(node)].name,
                      fmt::format("accelerator at {:.1f} degC: {}", to_celsius(Kelvin{die_k}),
                                  begins ? "lowest clock" : "its clock is its own again"));
    }
    for (std::uint32_t r = 0; r < limited_.size(); ++r) {
      auto const is = room_.racks().limited[r];
      if (is == limited_[r]) continue;
      limited_[r] = is;
      if (is) effects_.slowed(r);
      reporter_.event(
          now_s_, is ? "thermal_slowdown_begin" : "thermal_slowdown_end", facility_.racks[r].name,
          fmt::format("hottest accelerator at {:.1f} degC, memory at {:.1f} degC: {}",
                      to_celsius(Kelvin{room_.racks().hottest_k[r]}), to_celsius(Kelvin{room_.racks().hottest_memory_k[r]}),
                      is ? "the clock holds it" : "full clock again"));
    }
    effects_.see(room_);
  }

  /// A node serves when its rack has power and has booted, and it is not too hot.
  void give_back_node(std::uint32_t node) {
    if (serves_[node] || is_dark_[room_.rack_of(node)] || is_hot_[node]) return;
    serves_[node] = 1;
    freed_ = true;
    book_.set_in_service(node, true);
  }

  /// Takes the node out of service, and from the jobs that hold some of it.
  void lose_node(std::uint32_t node, std::string const& cause) {
    if (!std::exchange(serves_[node], std::uint8_t{0})) return;
    auto const on = book_.on_node(node);
    std::vector<std::uint32_t> const jobs(on.begin(), on.end());
    for (auto const job : jobs) {
      auto const& name = book_.jobs()[job].name;
      if (!scenario_.scheduler.requeue) {
        end_job(job, JobPhase::failed);
        reporter_.event(now_s_, "job_failed", name, cause);
        continue;
      }
      double const lost_s = book_.record(job).lost_s;
      end_job(job, JobPhase::waiting);
      reporter_.event(now_s_, "job_interrupted", name,
                      fmt::format("{}; {:.0f} s of work lost", cause, book_.record(job).lost_s - lost_s));
    }
    freed_ = true;
    book_.set_in_service(node, false);
    capping_.touch(room_.rack_of(node));
  }

  /// What power capping sees and says.
  void watch_feeds(bool whole) {
    if (whole) capping_.touch_all();
    capping_.observe(now_s_, room_, calendar_);
    for (auto& e : capping_.take_events())
      reporter_.event(e.time_s, std::move(e.kind), std::move(e.subject), std::move(e.cause));
  }

  void tell_unheld() {
    auto racks = room_.take_turned();
    std::sort(racks.begin(), racks.end());
    racks.erase(std::unique(racks.begin(), racks.end()), racks.end());
    for (auto const r : racks) {
      double const drawn_w = room_.unheld_w(r);
      bool const is = drawn_w > 0;
      if (is == static_cast<bool>(unheld_[r])) continue;
      unheld_[r] = is;
      auto const& c = room_.class_of(facility_.racks[r].first_node);
      reporter_.event(now_s_, is ? "power_limit_exceeded_begin" : "power_limit_exceeded_end", facility_.racks[r].name,
                      is ? fmt::format("an accelerator draws {:.0f} W at its lowest clock, its limit holds {:.0f} W", drawn_w,
                                       c.power_limit_w)
                         : "every accelerator is within its limit again");
    }
  }

  /// Jobs whose slowest node changed clock get a new speed, unless the change is below what moves an end noticeably.
  void re_rate() {
    std::sort(dirty_.begin(), dirty_.end());
    dirty_.erase(std::unique(dirty_.begin(), dirty_.end()), dirty_.end());
    for (auto const job : dirty_) {
      auto const& r = book_.record(job);
      if (r.phase != JobPhase::running) continue;
      if (book_.loads(job, now_s_)) {
        book_.set_speed(job, 0, now_s_);
        continue;
      }
      auto const& j = book_.jobs()[job];
      RackClass const* known = nullptr;
      double declared = 1, wanted = std::numeric_limits<double>::infinity();
      for (auto const& h : r.holdings) {
        if (j.iteration) {
          wanted = std::min(wanted, room_.load(h.node)[place_on(job, h.node)].draw.speed);
          continue;
        }
        auto const& c = room_.class_of(h.node);
        if (&c != known) declared = macro_on(*(known = &c), job).declared_speed;
        wanted = std::min(wanted, speed(room_.nodes().clock[h.node], j.clock_sensitivity) / declared);
      }
      if (std::abs(wanted - r.speed) > speed_resolution * r.speed) book_.set_speed(job, wanted, now_s_);
    }
    dirty_.clear();
  }

  void record() {
    reporter_.close(room_, book_, start_unix_s_ + now_s_);
    capping_.close_report();
    if (links_) links_->close_report(fabrics_, now_s_);
    if (recorder_) recorder_->sample(now_s_);
    ++reports_;
    next_report_s_ = std::min(duration_s_, static_cast<double>(reports_ + 1) * scenario_.record.period.v);
  }

  double look_ahead(bool whole) {
    double const step = room_.step_limit_s(scenario_.simulation.thermal_step.v, scenario_.simulation.thermal_tolerance.v);
    double const due =
        std::min({now_s_ + step, next_crossing_s_, now_s_ + room_.chain().step_limit_s(), room_.chain().next_s(),
                  next_report_s_, room_.next_heat_load_s(now_s_), room_.next_trip_s(), next_window_edge_s_, duration_s_});
    next_settle_s_ = whole ? due : std::min(next_settle_s_, due);
    while (!calendar_.empty() && !valid(calendar_.top())) calendar_.pop();
    double next = std::exchange(freed_, false) ? now_s_ : next_settle_s_;
    if (!calendar_.empty()) next = std::min(next, calendar_.next_date());
    // An entry written for this very date is handled at the next representable instant.
    return std::max(next, std::nextafter(now_s_, duration_s_));
  }

  bool valid(Entry const& entry) const {
    if (entry.what != Entry::What::beat) return book_.valid(entry);
    auto const* cohort = window_ ? window_->cohort(entry.subject) : nullptr;
    return cohort && cohort->next_s() == entry.date_s;
  }

  // ------------------------------------------------------------------------------------------------ phase windows
  /// Opens and closes windows, and hands the one that is open what has changed.
  void look_closer(bool whole) {
    if (whole && now_s_ >= next_window_edge_s_) {
      if (window_ && now_s_ >= window_->end_s()) {
        window_->end(now_s_);
        window_ = nullptr;
      }
      for (std::size_t w = 0; w < windows_.size() && !window_; ++w) {
        if (now_s_ < windows_[w]->start_s() || now_s_ >= windows_[w]->end_s()) continue;
        window_ = windows_[w].get();
        window_at_ = w;
        window_->begin(now_s_, room_, book_, [this, w](double end_s) {
          if (recorder_) recorder_->sample("windows/" + windows_[w]->name(), end_s);
        });
        window_->for_each([this](Cohort const& c) { await_beat(c.job()); });
      }
      find_next_window_edge();
    } else if (window_) {
      window_->refresh(now_s_, room_, book_, whole);
    }
  }

  void find_next_window_edge() {
    next_window_edge_s_ = std::numeric_limits<double>::infinity();
    for (auto const& w : windows_)
      for (double const edge : {w->start_s(), w->end_s()})
        if (edge > now_s_) next_window_edge_s_ = std::min(next_window_edge_s_, edge);
  }

  void await_beat(std::uint32_t job) {
    auto const* cohort = window_->cohort(job);
    if (cohort) calendar_.add({.date_s = cohort->next_s(), .what = Entry::What::beat, .subject = job});
  }

  // ------------------------------------------------------------------------------------------------ jobs and their nodes
  void begin_job(std::uint32_t job) {
    auto const& r = book_.record(job);
    for (auto const& h : r.holdings) room_.touch(h.node, now_s_);
    book_.note_energy_at_start(job, room_.nodes().energy_j);
    placements_.begin(job, r);
    if (r.interruptions > 0)
      reporter_.event(now_s_, "job_restarted", book_.jobs()[job].name, fmt::format("at work in {:.0f} s", r.resume_s - now_s_));
    if (!book_.loads(job, now_s_)) return work(job);
    load_nodes_of(job);
    calendar_.add({.date_s = r.resume_s, .what = Entry::What::job_resume, .subject = job, .generation = r.interruptions});
  }

  /// The job's processes stand: what it does begins.
  void work(std::uint32_t job) {
    fabrics_.start(job, book_.jobs()[job], book_.record(job).holdings);
    load_nodes_of(job);
    if (!window_) return;
    window_->start_job(job, now_s_, room_, book_);
    await_beat(job);
  }

  /// `how`: waiting, if it was interrupted.
  void end_job(std::uint32_t job, JobPhase how) {
    for (auto const& h : book_.record(job).holdings) room_.touch(h.node, now_s_);
    if (!book_.loads(job, now_s_)) {
      if (window_) window_->end_job(job, now_s_);
      fabrics_.end(job, book_.jobs()[job]);
    }
    placements_.end(job, how, now_s_);
    if (how == JobPhase::waiting)
      book_.interrupt(job, now_s_, room_.nodes().energy_j);
    else
      book_.end(job, how, now_s_, room_.nodes().energy_j);
    for (auto const& h : book_.record(job).holdings) load_node(h.node);
    book_.forget_holdings(job);
  }

  void load_nodes_of(std::uint32_t job) {
    auto const& j = book_.jobs()[job];
    if (j.profile && !book_.loads(job, now_s_)) {
      double const local = start_unix_s_ + now_s_ + assembly_.utc_offset_s;
      double const into_hour = local - std::floor(local / 3600.0) * 3600.0;
      auto const hour = static_cast<std::size_t>(std::fmod(std::floor(local / 3600.0), 24.0));
      book_.set_level(job, (*j.profile)[hour]);
      fabrics_.set_level(job, j, (*j.profile)[hour]);
      calendar_.add({.date_s = now_s_ + 3600.0 - into_hour,
                     .what = Entry::What::profile_change,
                     .subject = job,
                     .generation = book_.record(job).interruptions});
    }
    for (auto const& h : book_.record(job).holdings) load_node(h.node);
    dirty_.push_back(job);
  }

  /// Gives the jobs that others have come near to, or gone from, their new share of the links.
  void share_fabrics() {
    for (auto const& [job, share] : fabrics_.resolve()) {
      auto const before = book_.record(job).fabric;
      book_.set_fabric_share(job, share, now_s_);
      auto const& j = book_.jobs()[job];
      if ((before.least() < worth_telling) != (share.least() < worth_telling))
        reporter_.event(now_s_, share.least() < before.least() ? "fabric_contention_begin" : "fabric_contention_end", j.name,
                        share.least() < before.least()
                            ? fmt::format("{:.0f} % of its rate on {}", 100 * share.least(), fabrics_.narrowest_link(job, j))
                            : "the links are its own again");
      if (!j.iteration) continue;  // what a stream loses on the fabric is told, not what that does to its job
      for (auto const& h : book_.record(job).holdings) load_node(h.node);
      dirty_.push_back(job);
    }
  }

  void load_node(std::uint32_t node) {
    if (window_) window_->touch(node);
    capping_.touch(room_.rack_of(node));
    room_.touch(node, now_s_);
    auto const& c = room_.class_of(node);
    auto const& macro = c.macro;
    std::vector<NodeShareLoad> load;
    for (auto const job : book_.on_node(node)) {
      auto const& j = book_.jobs()[job];
      if (book_.loads(job, now_s_)) {  // its processes hold the devices, and wait
        load.push_back({book_.held(job, node), macro.of({}, 1, 1).terms, 0});
        continue;
      }
      if (j.iteration) {
        load.push_back({.accelerators = book_.held(job, node),
                        .terms = {},
                        .iteration = iteration_on(c, j),
                        .fabric = book_.record(job).fabric});
        continue;
      }
      double const level = book_.record(job).level;
      load.push_back({book_.held(job, node), macro_on(c, job).terms, j.activity.host * level});
    }
    room_.set_load(node, std::move(load));
  }

  /// What a job does on a class of racks: asked node by node, and again for its speed.
  MacroLoad const& macro_on(RackClass const& c, std::uint32_t job) {
    double const level = book_.record(job).level;
    auto& known = macros_[job % macros_.size()];
    if (known.on != &c || known.job != job || known.level != level) {
      auto const& j = book_.jobs()[job];
      known = {&c, job, level, c.macro.of(j.activity, level, j.clock_sensitivity)};
    }
    return known.load;
  }

  /// Which of the node's shares is the job's.
  std::size_t place_on(std::uint32_t job, std::uint32_t node) const {
    auto const on = book_.on_node(node);
    return static_cast<std::size_t>(std::find(on.begin(), on.end(), job) - on.begin());
  }

  /// Jobs of one shape share what their iteration costs on a class of racks.
  std::shared_ptr<IterationLoad const> iteration_on(RackClass const& c, workloads::Job const& job) {
    auto& known = iterations_[{&c, job.iteration.get()}];
    if (!known) known = std::make_shared<IterationLoad const>(iteration_load(c.accelerator, c.rates, job.iteration));
    return known;
  }

  // ------------------------------------------------------------------------------------------------ file and progress
  void open_recorder() {
    if (options_.output.empty()) return;
    RunMetadata meta;
    meta.title = scenario_.simulation.name;
    meta.start_unix_s = scenario_.simulation.start;
    meta.time_zone = scenario_.site.time_zone;
    meta.resolved_scenario = scenario_.resolved_toml;
    meta.code_version = options_.code_version;
    meta.seed = scenario_.simulation.seed;
    meta.provenance["command_line"] = options_.command_line;
    meta.provenance["scenario_file"] = scenario_.file;
    meta.provenance["simgrid_version"] = Clock::simgrid_version();
    auto table = reporter_.table();
    capping_.describe(table);
    for (auto const& w : windows_) w->describe(table);
    auto const graph = topology::folded(facility_.graph);
    links_ = LinkLoads::of(scenario_, facility_, graph, fabrics_);
    if (links_) links_->describe(table);
    recorder_ = std::make_unique<Recorder>(RecorderOptions{options_.output, options_.force}, std::move(meta), std::move(table),
                                           facility_tables(scenario_, facility_, graph, assembly_.tree));
  }

  bool stopped() const { return options_.stop && options_.stop->load() != 0; }

  void progress() {
    if (!options_.on_progress) return;
    auto const wall = Wall::now();
    if (wall - last_progress_ < std::chrono::milliseconds(100)) return;
    last_progress_ = wall;
    options_.on_progress({now_s_, duration_s_, [this] { return reporter_.snapshot(room_, book_); }});
  }

  RunResult close() {
    book_.settle_all(now_s_, room_.nodes().energy_j);
    if (stopped() && now_s_ < duration_s_) reporter_.event(now_s_, "interrupted", "run", "signal");
    RunResult result;
    result.status = now_s_ >= duration_s_ ? "complete" : "interrupted";
    result.kpis = reporter_.kpis(room_, book_, now_s_);
    add_swing(result.kpis);
    capping_.add_kpis(result.kpis);
    effects_.add_kpis(result.kpis);
    auto const account = energy_account(scenario_, facility_, assembly_, room_, book_, now_s_);
    for (auto& kpi : bill_kpis(scenario_, room_, account)) result.kpis.push_back(std::move(kpi));
    result.tariffs = tariff_rows(scenario_, room_.meters());
    result.months = reporter_.months();
    result.instants = instants_;
    result.warnings = warnings_;
    result.ledger_residual = room_.ledger().residual();
    double const in = room_.heat_in_j();
    result.heat_residual = in > 0 ? (in - room_.heat_out_j() - room_.heat_stored_j()) / in : 0.0;
    if (recorder_) {
      reporter_.write_tables(*recorder_, room_, book_, result.kpis);
      write_bill_tables(*recorder_, scenario_, room_, account);
      effects_.write(*recorder_);
      placements_.write(*recorder_, book_.jobs());
      recorder_->attribute("ledger_residual", result.ledger_residual);
      recorder_->attribute("heat_residual", result.heat_residual);
      result.content_hash = recorder_->content_hash();
      recorder_->finish(result.status);
      result.file = options_.output;
    }
    return result;
  }

  /// Key figures of the windows: the worst of them.
  void add_swing(std::vector<Kpi>& kpis) const {
    double swing = 0, ramp = 0, error = 0;
    bool any = false;
    for (std::size_t w = 0; w < windows_.size(); ++w) {
      auto const& f = windows_[w]->figures();
      if (f.energy_j <= 0) continue;
      any = true;
      swing = std::max(swing, f.highest_w - f.lowest_w);
      ramp = std::max(ramp, f.ramp_w_per_s);
      double const off = windows_[w]->figures_without_storage().energy_j / window_macro_j_[w] - 1;
      if (std::abs(off) > std::abs(error)) error = off;
    }
    if (!any) return;
    kpis.push_back({"swing_peak_to_peak", swing / 1e6, "MW", "Highest less lowest power at the meter in a phase window"});
    kpis.push_back(
        {"swing_ramp", ramp / 1e6, "MW/s", "Largest change of power at the meter within a second of a phase window"});
    kpis.push_back(
        {"phase_energy_difference", error, "1", "Energy of a phase window over that of the same time by means, less 1"});
    if (!room_.storage().none()) add_storage_swing(kpis);
  }

  void add_storage_swing(std::vector<Kpi>& kpis) const {
    double minute = 0, swing_without = 0, ramp_without = 0, minute_without = 0, missed = 0, given_j = 0, loss_j = 0, seen_s = 0;
    for (auto const& w : windows_) {
      auto const& without = w->figures_without_storage();
      if (without.energy_j <= 0) continue;
      double const length_s = std::min(now_s_, w->end_s()) - w->start_s();
      minute = std::max(minute, w->figures().minute_ramp_w_per_s);
      swing_without = std::max(swing_without, without.highest_w - without.lowest_w);
      ramp_without = std::max(ramp_without, without.ramp_w_per_s);
      minute_without = std::max(minute_without, without.minute_ramp_w_per_s);
      for (std::size_t i = 0; i < w->storage().size(); ++i) {
        auto const& t = w->storage().totals(i);
        given_j += t.given_j;
        loss_j += t.loss_j;
        missed = std::max(missed, t.ramp_missed_s / length_s);
      }
      seen_s += length_s;
    }
    auto const add = [&](char const* name, double value, char const* units, char const* long_name) {
      kpis.push_back({name, value, units, long_name});
    };
    add("swing_minute_ramp", 60 * minute / 1e6, "MW/min",
        "Largest change between the mean powers of two minutes, one after the other, of a phase window");
    add("swing_peak_to_peak_without_storage", swing_without / 1e6, "MW", "Highest less lowest power, had the site no storage");
    add("swing_ramp_without_storage", ramp_without / 1e6, "MW/s", "Largest change within a second, had the site no storage");
    add("swing_minute_ramp_without_storage", 60 * minute_without / 1e6, "MW/min",
        "Largest change between two minutes, had the site no storage");
    add("swing_ramp_missed", missed, "1", "Share of a phase window in which storage fell short of its ramp limit");
    add("swing_storage_given", given_j / seen_s / 1e6, "MW", "Mean power that storage gave in phase windows");
    add("swing_storage_loss", loss_j / seen_s / 1e6, "MW",
        "Mean loss of storage in phase windows, its own consumption included");
  }

  schema::Scenario const& scenario_;
  topology::Facility const& facility_;
  RunOptions const& options_;
  Assembly assembly_;
  std::vector<Fault> warnings_;  ///< of the demand, passed on with the result
  std::vector<PlantOutlook> plants_;
  Calendar calendar_;
  Clock clock_;
  MachineRoom room_;
  JobBook book_;
  Placements placements_;
  FabricSharing fabrics_;
  Capping capping_;
  Reporter reporter_;
  EventEffects effects_;
  std::optional<LinkLoads> links_;
  std::unique_ptr<Recorder> recorder_;
  double start_unix_s_, duration_s_;
  double now_s_ = 0, settled_s_ = 0;
  double next_settle_s_ = 0, next_crossing_s_ = 0;
  std::uint64_t reports_ = 0, instants_ = 0;
  double next_report_s_ = scenario_.record.period.v < duration_s_ ? scenario_.record.period.v : duration_s_;
  std::map<std::pair<RackClass const*, workloads::Iteration const*>, std::shared_ptr<IterationLoad const>> iterations_;
  struct KnownMacro {
    RackClass const* on = nullptr;
    std::uint32_t job = 0;
    double level = 0;
    MacroLoad load;
  };
  std::vector<KnownMacro> macros_{4096};  ///< last asked for, by job: those that run at once are near each other
  std::vector<std::unique_ptr<PhaseWindow>> windows_;
  std::vector<double> window_macro_j_;  ///< energy at the meter while each was open
  PhaseWindow* window_ = nullptr;       ///< the one that is open
  std::size_t window_at_ = 0;
  double next_window_edge_s_ = 0;
  std::vector<std::uint32_t> dirty_;
  std::vector<std::uint8_t> limited_, unheld_;
  std::vector<std::uint32_t> boots_;      ///< by rack: times that its power has come or gone
  std::vector<std::uint32_t> shutdowns_;  ///< by node, of its accelerators by their temperature
  std::vector<std::uint8_t> is_hot_;      ///< by node: from such a shutdown until it has cooled and booted
  std::vector<std::uint8_t> is_dark_;     ///< by rack: without power, or not booted yet
  std::vector<std::uint8_t> serves_;      ///< by node
  bool freed_ = false;                    ///< control took or gave back nodes: waiting jobs may start at once
  double dark_accelerators_ = 0;
  Wall::time_point last_progress_{};
};

}  // namespace

Rehearsal rehearse(schema::Scenario const& scenario, topology::Facility const& facility) {
  return Run(scenario, facility, {}).rehearsal();
}

void prepare_runs() {
  normal_toggle({});
}

RunResult run(schema::Scenario const& scenario, topology::Facility const& facility, RunOptions const& options) {
  return Run(scenario, facility, options).go();
}

}  // namespace ondol::sim
