"""Board power by a calibration (the equation of kernels/README.md) and the clock that a power limit leaves."""

import tomllib

PICO = {"pJ/FLOP": 1e-12, "pJ/op": 1e-12, "pJ/B": 1e-12}
MEMORY = {"hbm_read", "hbm_write", "pcie", "scaleup"}


def quantity(entry):
    """A number or "12 W", alone or as a table's value, in SI."""
    value = entry["value"] if isinstance(entry, dict) else entry
    if not isinstance(value, str):
        return float(value)
    number, unit = value.split()
    return float(number) * PICO.get(unit, {"MHz": 1e6}.get(unit, 1.0))


class Board:
    """`limit_w`: of the board; the limiter holds `limit_held` of it on the mean."""

    def __init__(self, calibration, limit_w):
        c = calibration
        self.static_w = quantity(c["idle"]) + quantity(c["context"])
        self.awake_w, self.slope, self.floor = (quantity(c[k]) for k in ("awake", "voltage_slope", "voltage_floor"))
        self.held_share = quantity(c.get("limit_held", 1.0))
        self.held_w = limit_w * self.held_share
        self.control = {k: quantity(v) for k, v in c["control"].items()}
        self.data = {k: quantity(v) for k, v in c.get("data", {}).items()}
        self.lowest = quantity(c["minimum_clock"]) / quantity(c["reference_clock"])

    def voltage_factor(self, phi):
        return max(self.floor, 1 - self.slope * (1 - phi)) ** 2

    def power(self, rates, toggle, awake=1.0, phi=1.0):
        """Without a limit [W]; `rates` as they ran at phi [1/s]."""
        core = memory = 0.0
        for channel, rate in rates.items():
            if rate <= 0:
                continue
            joules = (self.control[channel] + toggle * self.data.get(channel, 0.0)) * rate
            if channel in MEMORY:
                memory += joules
            else:
                core += joules
        return self.static_w + memory + self.voltage_factor(phi) * (phi * awake * self.awake_w + core)

    def phi(self, power_at, held_w=None):
        """Clock at which power_at(phi) meets what the limiter holds; 1 where it never does."""
        held = held_w or self.held_w
        if power_at(1.0) <= held:
            return 1.0
        low, high = self.lowest, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (low, middle) if power_at(middle) > held else (middle, high)
        return low

    def measured(self, rates, toggle, awake=1.0):
        """Power and clock of a window whose rates were measured, limit included."""
        phi = self.phi(lambda f: self.power(rates, toggle, awake, f))
        return min(self.power(rates, toggle, awake), self.held_w), phi

    def limited(self, work, time_s, compute_share, toggle, awake=1.0, limit_w=None):
        """Work that takes time_s at the reference clock: power, clock and time under the limit.  Its compute share stretches."""
        held = None if limit_w is None else limit_w * self.held_share

        def at(phi):
            stretch = compute_share / phi + 1 - compute_share
            return self.power({c: a / time_s / stretch for c, a in work.items()}, toggle, awake, phi)
        phi = self.phi(at, held)
        return at(phi), phi, time_s * (compute_share / phi + 1 - compute_share)


def load(path, limit_w):
    with open(path, "rb") as f:
        (calibration,) = tomllib.load(f)["calibration"].values()
    return Board(calibration, limit_w)
