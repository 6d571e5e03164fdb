#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "kernels/bench/clock_log.cuh"
#include "kernels/bench/marks.hpp"

namespace ondol::meter {
namespace {

constexpr unsigned rounds = 32;

__global__ void begin_mark(Marks m) {
  m.begin_ns[*m.next % m.capacity] = globaltimer_ns();
}

__global__ void end_mark(Marks m, ClockLog log, bool probe) {
  unsigned const slot = *m.next;
  *m.next = slot + 1;
  m.end_ns[slot % m.capacity] = globaltimer_ns();
  if (!probe) return;
  constexpr unsigned long long probe_ns = 20000;
  ClockWatch const watch(log);
  unsigned long long const begin = globaltimer_ns();
  while (globaltimer_ns() - begin < probe_ns) {
  }
  watch.close();
}

/// Answers each question with the device's time; gives up a second after the last.
__global__ void answer(unsigned const volatile* question, unsigned long long volatile* replies) {
  constexpr unsigned long long patience_ns = 1000000000;
  for (unsigned r = 1; r <= rounds; ++r) {
    unsigned long long const begin = globaltimer_ns();
    while (*question < r)
      if (globaltimer_ns() - begin > patience_ns) return;
    replies[r - 1] = globaltimer_ns();
    __threadfence_system();
  }
}

template <class T>
T look(T const& x) {
  return *const_cast<T const volatile*>(&x);  // the device writes it
}

}  // namespace

void Timebase::add(double host_s, unsigned long long device_ns) {
  if (pairs_.size() == 2) pairs_.pop_back();
  pairs_.push_back({host_s, device_ns});
}

double Timebase::host_s(unsigned long long device_ns) const {
  if (pairs_.empty()) return 0;
  auto const since = [&](unsigned long long ns) {
    return static_cast<double>(static_cast<long long>(ns - pairs_[0].device_ns));
  };
  double rate = 1e-9;
  // over less than 0.1 s a microsecond of error is worse than any drift
  if (pairs_.size() == 2 && since(pairs_[1].device_ns) > 1e8)
    rate = (pairs_[1].host_s - pairs_[0].host_s) / since(pairs_[1].device_ns);
  return pairs_[0].host_s + rate * since(device_ns);
}

LoadLog::LoadLog() : next_(cleared(2 * sizeof(unsigned))) {
  constexpr std::size_t bytes = 2 * capacity * sizeof(unsigned long long) + sample_capacity * sizeof(ClockSample) +
                                rounds * sizeof(unsigned long long) + sizeof(unsigned);
  ONDOL_CUDA_CALL(cudaHostAlloc(&pinned_, bytes, cudaHostAllocMapped));  // unified addressing: one address on both sides
  begin_ = static_cast<unsigned long long*>(pinned_);
  end_ = begin_ + capacity;
  samples_ = reinterpret_cast<ClockSample*>(end_ + capacity);
  replies_ = reinterpret_cast<unsigned long long*>(samples_ + sample_capacity);
  question_ = reinterpret_cast<unsigned*>(replies_ + rounds);
  reset();
}

LoadLog::~LoadLog() {
  cudaFreeHost(pinned_);
}

void LoadLog::reset() {
  std::fill_n(begin_, 2 * capacity, 0ULL);
  std::memset(samples_, 0, sample_capacity * sizeof(ClockSample));
  ONDOL_CUDA_CALL(cudaMemset(next_.as(), 0, next_.bytes()));
  ONDOL_CUDA_CALL(cudaDeviceSynchronize());
  timebase_ = {};
}

void LoadLog::tie(Clock& clock, cudaStream_t stream) {
  std::fill_n(replies_, rounds, 0ULL);
  *static_cast<unsigned volatile*>(question_) = 0;
  answer<<<1, 1, 0, stream>>>(question_, replies_);
  ONDOL_CUDA_CALL(cudaGetLastError());
  double shortest = 1e9, at = 0;
  unsigned long long told = 0;
  double const patience = clock.now_s() + 5;
  for (unsigned r = 1; r <= rounds; ++r) {
    double const asked = clock.now_s();
    *static_cast<unsigned volatile*>(question_) = r;
    unsigned long long reply = 0;
    while ((reply = look(replies_[r - 1])) == 0)
      if (clock.now_s() > patience) throw std::runtime_error("the device did not tell its time within 5 s");
    double const heard = clock.now_s();
    if (r == 1 || heard - asked >= shortest) continue;  // the first waits for the kernel to start
    shortest = heard - asked, at = asked + shortest / 2, told = reply;
  }
  ONDOL_CUDA_CALL(cudaStreamSynchronize(stream));
  timebase_.add(at, told);
}

Marks LoadLog::marks() const {
  return {begin_, end_, next_.as<unsigned>(), capacity};
}
ClockLog LoadLog::clock_log() const {
  return {samples_, next_.as<unsigned>() + 1, sample_capacity};
}

void LoadLog::mark_begin(cudaStream_t stream) const {
  begin_mark<<<1, 1, 0, stream>>>(marks());
  ONDOL_CUDA_CALL(cudaGetLastError());
}
void LoadLog::mark_end(cudaStream_t stream, bool probe) const {
  end_mark<<<1, 1, 0, stream>>>(marks(), clock_log(), probe);
  ONDOL_CUDA_CALL(cudaGetLastError());
}

bool LoadLog::begun() const {
  return look(begin_[0]) != 0;
}

std::vector<Interval> LoadLog::intervals() const {
  std::vector<Interval> out;
  for (unsigned i = 0; i < capacity; ++i) {
    unsigned long long const begin = look(begin_[i]), end = look(end_[i]);
    if (begin == 0) break;
    out.push_back({timebase_.host_s(begin), timebase_.host_s(end != 0 ? end : begin), end != 0});
  }
  return out;
}

std::vector<Sample> LoadLog::samples() const {
  std::vector<Sample> out;
  for (unsigned i = 0; i < sample_capacity; ++i) {
    ClockSample const s{look(samples_[i].end_ns), look(samples_[i].duration_ns), look(samples_[i].cycles)};
    if (s.end_ns == 0) break;
    if (s.duration_ns == 0 || s.cycles == 0) continue;  // being written
    out.push_back({timebase_.host_s(s.end_ns - s.duration_ns), timebase_.host_s(s.end_ns), static_cast<double>(s.cycles)});
  }
  std::sort(out.begin(), out.end(), [](Sample const& a, Sample const& b) { return a.end_s < b.end_s; });
  return out;
}

}  // namespace ondol::meter
