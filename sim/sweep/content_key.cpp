#include "sim/sweep/content_key.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <vector>

namespace ondol::sim {

struct ContentKey::State {
  XXH3_state_t hash;
};

ContentKey::ContentKey() : state_(std::make_unique<State>()) {
  XXH3_128bits_reset(&state_->hash);
}
ContentKey::~ContentKey() = default;
ContentKey::ContentKey(ContentKey const& other) : ContentKey() {
  XXH3_copyState(&state_->hash, &other.state_->hash);
}
ContentKey& ContentKey::operator=(ContentKey const& other) {
  if (this != &other) XXH3_copyState(&state_->hash, &other.state_->hash);
  return *this;
}

ContentKey& ContentKey::add(std::string_view bytes) {
  std::uint64_t const size = bytes.size();
  XXH3_128bits_update(&state_->hash, &size, sizeof size);
  XXH3_128bits_update(&state_->hash, bytes.data(), bytes.size());
  return *this;
}

ContentKey& ContentKey::add_file(std::filesystem::path const& path) {
  std::ifstream file(path, std::ios::binary);
  std::vector<char> buffer(1u << 20);
  std::uint64_t size = 0;
  while (file) {
    file.read(buffer.data(), static_cast<std::streamsize>(buffer.size()));
    auto const got = static_cast<std::size_t>(file.gcount());
    XXH3_128bits_update(&state_->hash, buffer.data(), got);
    size += got;
  }
  if (!file.eof()) throw std::runtime_error("cannot read " + path.string() + ": " + std::strerror(errno));
  XXH3_128bits_update(&state_->hash, &size, sizeof size);
  return *this;
}

std::string ContentKey::text() const {
  auto const h = XXH3_128bits_digest(&state_->hash);
  char text[33];
  std::snprintf(text, sizeof text, "%016llx%016llx", static_cast<unsigned long long>(h.high64),
                static_cast<unsigned long long>(h.low64));
  return text;
}

}  // namespace ondol::sim
