#include "sim/thermal/cvode_solver.hpp"

#include <cvode/cvode.h>
#include <nvector/nvector_serial.h>
#include <sunlinsol/sunlinsol_dense.h>
#include <sunmatrix/sunmatrix_dense.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <string>

namespace ondol::sim {

namespace {

constexpr double local_share = 0.1;  // of the tolerance of a step that CVODE is given: errors of its many steps add up
constexpr long most_steps = 1000000;

void check(int flag, char const* what) {
  if (flag < 0)
    throw std::runtime_error("cooling system: CVODE failed in " + std::string(what) + ", code " + std::to_string(flag));
}

}  // namespace

struct CvodeSolver::Memory {
  CoolingNetwork& network;
  CoolingNetwork::Stage stage, middle;
  CoolingNetwork::Control control = CoolingNetwork::Control::pi;
  CoolingWatch const* watch = nullptr;
  int stages = 0;
  double shift_k = 0, step_s = 0;

  SUNContext context = nullptr;
  N_Vector y = nullptr, between = nullptr, tolerances = nullptr;
  SUNMatrix matrix = nullptr;
  SUNLinearSolver linear = nullptr;
  void* cvode = nullptr;
  double longest_step_s;

  Memory(CoolingNetwork& n, double tolerance_k, double longest_s)
      : network(n), stage(n.stage()), middle(n.stage()), longest_step_s(longest_s) {
    auto const size = static_cast<sunindextype>(network.size());
    check(SUNContext_Create(nullptr, &context), "SUNContext_Create");
    y = N_VNew_Serial(size, context);
    between = N_VClone(y);
    tolerances = N_VClone(y);
    for (std::size_t i = 0; i < network.size(); ++i)
      N_VGetArrayPointer(tolerances)[i] = local_share * tolerance_k * network.scale()[i];
    matrix = SUNDenseMatrix(size, size, context);
    linear = SUNLinSol_Dense(y, matrix, context);
    cvode = CVodeCreate(CV_BDF, context);
    if (!y || !between || !tolerances || !matrix || !linear || !cvode)
      throw std::runtime_error("cooling system: no memory for CVODE");
  }

  ~Memory() {
    CVodeFree(&cvode);
    SUNLinSolFree(linear);
    SUNMatDestroy(matrix);
    for (auto v : {y, between, tolerances}) N_VDestroy(v);
    SUNContext_Free(&context);
  }
  Memory(Memory const&) = delete;
  Memory& operator=(Memory const&) = delete;

  std::span<double const> values(N_Vector v) const { return {N_VGetArrayPointer(v), network.size()}; }

  static int slopes(double t, N_Vector at, N_Vector out, void* self) {
    auto& m = *static_cast<Memory*>(self);
    m.network.evaluate(t, m.values(at), m.stage, m.control);
    ++m.stages;
    std::copy(m.stage.slope.begin(), m.stage.slope.end(), N_VGetArrayPointer(out));
    return 0;
  }

  static int roots(double, N_Vector at, double* out, void* self) {
    auto const& m = *static_cast<Memory*>(self);
    for (std::size_t i = 0; i < m.watch->roots(); ++i) out[i] = m.watch->root_k(i, m.values(at));
    return 0;
  }

  void begin() {
    std::copy(network.state().begin(), network.state().end(), N_VGetArrayPointer(y));
    check(CVodeInit(cvode, slopes, 0.0, y), "CVodeInit");
    check(CVodeSVtolerances(cvode, 1e-9, tolerances), "CVodeSVtolerances");
    check(CVodeSetUserData(cvode, this), "CVodeSetUserData");
    check(CVodeSetLinearSolver(cvode, linear, matrix), "CVodeSetLinearSolver");
    check(CVodeSetMaxNumSteps(cvode, most_steps), "CVodeSetMaxNumSteps");
    check(CVodeSetMaxStep(cvode, longest_step_s), "CVodeSetMaxStep");
    check(CVodeSetNoInactiveRootWarn(cvode), "CVodeSetNoInactiveRootWarn");
    check(CVodeRootInit(cvode, static_cast<int>(watch->roots()), roots), "CVodeRootInit");
  }
};

CvodeSolver::CvodeSolver(CoolingNetwork& network, double tolerance_k, double longest_step_s)
    : memory_(std::make_unique<Memory>(network, tolerance_k, longest_step_s)) {}
CvodeSolver::~CvodeSolver() = default;

CoolingNetwork::Stage const& CvodeSolver::stage() const {
  return memory_->stage;
}
double CvodeSolver::largest_shift_k() const {
  return memory_->shift_k;
}

void CvodeSolver::advance(double dt_s, CoolingAccount& account, CoolingWatch& watch, CoolingNetwork::Control control) {
  auto& m = *memory_;
  auto& network = m.network;
  m.control = control;
  m.stages = 1;
  network.evaluate(0.0, network.state(), m.stage, control);
  if (dt_s > 0.0) {
    m.watch = &watch;
    double const stored_before = network.stored_j(network.state()), gain_before = account.gain_j(0.0);
    if (m.step_s == 0.0) {
      m.begin();
    } else {
      std::copy(network.state().begin(), network.state().end(), N_VGetArrayPointer(m.y));
      check(CVodeReInit(m.cvode, 0.0, m.y), "CVodeReInit");
    }
    check(CVodeSetStopTime(m.cvode, dt_s), "CVodeSetStopTime");
    for (double done_s = 0; done_s < dt_s;) {
      network.evaluate(done_s, m.values(m.y), m.stage, control);
      auto const begin = m.stage;
      double at_s = done_s;
      int const flag = CVode(m.cvode, dt_s, m.y, &at_s, CV_ONE_STEP);
      check(flag, "CVode");
      check(CVodeGetDky(m.cvode, 0.5 * (done_s + at_s), 0, m.between), "CVodeGetDky");
      network.evaluate(0.5 * (done_s + at_s), m.values(m.between), m.middle, control);
      network.evaluate(at_s, m.values(m.y), m.stage, control);
      m.stages += 3;
      double const h = at_s - done_s;
      account.add(h / 6.0, begin);
      account.add(h * 4.0 / 6.0, m.middle);
      account.add(h / 6.0, m.stage);
      ++account.interval.steps;
      watch.step(done_s, at_s, m.values(m.y), m.stage);
      done_s = flag == CV_TSTOP_RETURN ? dt_s : at_s;
    }
    check(CVodeGetLastStep(m.cvode, &m.step_s), "CVodeGetLastStep");
    std::copy_n(N_VGetArrayPointer(m.y), network.size(), network.state().begin());
    // Newton's remainder of the balance.
    double const whole = [&] {
      double sum = 0;
      for (double const c : network.capacity()) sum += c;
      return sum;
    }();
    double const shift = (account.gain_j(dt_s) - gain_before - (network.stored_j(network.state()) - stored_before)) / whole;
    for (std::size_t i = 0; i < network.cells(); ++i) network.state()[i] += shift;
    m.shift_k = std::max(m.shift_k, std::abs(shift));
  }
  account.interval.stages += m.stages;
}

}  // namespace ondol::sim
