"""What serving a language model does to one accelerator: continuous batching of prompts and new tokens, by the simulator's own kernels.

In the steady state of a server that is never idle, a step gives one token to each of B sequences and computes the prompts of those that take the
place of finished ones; products take all these tokens at once (in-flight batching).  With p tokens of prompt and o of output a sequence:

    tokens of a step     B beams + (B / o) p
    time of a step       sum over kernels + passes over activations + launches + all-reduces
    memory decides B     (memory - weights) / (cache of a token x (p + o / 2)), unless the submission says B

A cap slows the step as a whole: limiters average over a time that is longer than any kernel, so the clock follows the mean power of the mix.
"""
import dataclasses
import importlib.util
import pathlib
import tomllib

HERE = pathlib.Path(__file__).parent
ROOT = HERE.parents[2]
SMALL_KERNELS, SMALL_S = 8, 3e-6                        # of a layer: norms, rotation, activation (assumed)
REDUCE_S, REDUCE_SHARE = 15e-6, 2 / 3                   # two all-reduces a layer: latency, and bus rate over scale-up bandwidth (assumed)
STREAM = 0.85                                           # of the memory bandwidth, as the catalogue has it
USABLE = 0.9                                            # of the memory; the rest is the runtime's (assumed)
TOGGLE = 0.75                                           # between bf16 and fp8


def kernels():
    """The module that asks the simulator for times and work of kernels, of the section on energy of kernels."""
    spec = importlib.util.spec_from_file_location("gpu_energy_rows", HERE.parent / "gpu_energy" / "rows.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@dataclasses.dataclass(frozen=True)
class Model:
    layers: int
    hidden: int
    heads: int
    kv_heads: int
    head_dim: int
    inner: int
    vocabulary: int
    up: int = 2                 # products into the inner width: two where it is gated
    experts: int = 0
    top: int = 0

    def weights(self):
        one = (1 + self.up) * self.hidden * self.inner * max(1, self.experts)
        return self.layers * (2 * (self.heads + self.kv_heads) * self.head_dim * self.hidden + one) + 2 * self.vocabulary * self.hidden

    def cache_values(self):
        return 2 * self.layers * self.kv_heads * self.head_dim


MODELS = {
    "llama2-70b": Model(80, 8192, 64, 8, 128, 28672, 32000),
    "llama3.1-8b": Model(32, 4096, 32, 8, 128, 14336, 128256),
    "llama3.1-405b": Model(126, 16384, 128, 8, 128, 53248, 128256),
    "mixtral-8x7b": Model(32, 4096, 32, 8, 128, 14336, 32000, experts=8, top=2),
    "gptj": Model(28, 4096, 16, 16, 256, 16384, 50400, up=1),
}


@dataclasses.dataclass(frozen=True)
class Use:
    """One accelerator at its board limit, as a scenario declares it."""
    sm: float
    compute: float
    memory: float
    precision: str
    tokens_per_s: float         # new ones, of the accelerator


@dataclasses.dataclass(frozen=True)
class Serving:
    model: str
    precision: str
    prompt: float
    output: float
    accelerators: int = 1       # that share a model (tensor parallel)
    batch: float = 0            # sequences; 0: as many as fit
    beams: int = 1

    def sequences(self, memory_bytes):
        m = MODELS[self.model]
        bytes_of = {"fp8": 1.0, "fp4": 0.5625}[self.precision]
        room = USABLE * memory_bytes * self.accelerators - bytes_of * m.weights()
        fit = room / (m.cache_values() * (self.prompt + self.beams * self.output / 2))
        return min(self.batch, fit) if self.batch else fit


def step(device, memory_bytes, link_byte_per_s, serving):
    """Work, time at the reference clock, compute share, awake share, new tokens."""
    m, g = MODELS[serving.model], serving.accelerators
    batch = serving.sequences(memory_bytes)
    prompts = batch / serving.output
    tokens = batch * serving.beams + prompts * serving.prompt
    heads, kv, dtype = m.heads / g, max(1.0, m.kv_heads / g), serving.precision
    # Beams of a sequence read its cache together: as many more heads on the same keys and values.
    shapes = [(m.layers, f"gemm {dtype} {tokens} {(heads + 2 * kv) * m.head_dim} {m.hidden}"),
              (m.layers, f"decode fp8 {batch} {heads * serving.beams} {kv} {m.head_dim} {serving.prompt + serving.output / 2}"),
              (m.layers * prompts, f"prefill bf16 1 {heads} {kv} {m.head_dim} {serving.prompt}"),
              (m.layers, f"gemm {dtype} {tokens} {m.hidden} {heads * m.head_dim}")]
    if m.experts:
        shapes.append((m.layers, f"moe {dtype} {tokens} {m.hidden} {m.inner / g} {m.experts} {m.experts} {m.top}"))
    else:
        shapes += [(m.layers, f"gemm {dtype} {tokens} {m.up * m.inner / g} {m.hidden}"), (m.layers, f"gemm {dtype} {tokens} {m.hidden} {m.inner / g}")]
    shapes.append((1, f"gemm bf16 {batch * serving.beams} {m.vocabulary / g} {m.hidden}"))

    inner = 0 if m.experts else (1 + m.up) * m.inner / g
    passed = m.layers * 2.0 * tokens * (14 * m.hidden + 3 * (heads + 2 * kv) * m.head_dim + inner)
    passed += 24.0 * batch * serving.beams * m.vocabulary / g  # six passes of four bytes over the logits
    work = {"hbm_read": passed / 2, "hbm_write": passed / 2, "l2": passed, "vector_fp32": 2 * passed}
    awake = passed / (STREAM * device.byte_per_s) + m.layers * SMALL_KERNELS * SMALL_S
    seconds = awake + (0.0 if g == 1 else m.layers * 2 * (REDUCE_S + 2 * tokens * m.hidden * 2 / (REDUCE_SHARE * link_byte_per_s)))
    clocked = 0.0
    for (count, _), (t, _, share, up, _, amounts) in zip(shapes, device.costs([s for _, s in shapes])):
        seconds, clocked, awake = seconds + count * t, clocked + count * t * share, awake + count * t * up
        for channel, amount in amounts.items():
            work[channel] = work.get(channel, 0.0) + count * amount
    return work, seconds, clocked / seconds, min(1.0, awake / seconds), batch


def use(name, times, predict, serving, limit_w=None):
    """Of accelerator `name` of the catalogue, whose kernels are timed by the grid `times`, at its board limit or at another."""
    device = kernels().Device(name, times, predict)
    with open(ROOT / "scenarios/catalogue/accelerators.toml", "rb") as f:
        entry = tomllib.load(f)["accelerator"][name]
    plain = {k: v["value"] if isinstance(v, dict) else v for k, v in entry.items()}
    dtype = serving.precision
    best = float(plain[dtype + "_peak"].split()[0]) * 1e12 * float(plain["matmul_efficiency"])
    work, seconds, share, awake, batch = step(device, float(plain["memory"].split()[0]) * 1e9,
                                             float(plain["scaleup_bandwidth"].split()[0]) * 1e9, serving)
    limited_s = device.board.limited(work, seconds, share, TOGGLE, awake, limit_w)[2]
    # What a scenario calls compute carries the traffic of a product of 8192 cubed; memory is what goes beyond it.
    ((_, _, _, _, _, product),) = device.costs([f"gemm {dtype} 8192 8192 8192"])
    flop = work["tensor_" + dtype]
    beyond = work["hbm_read"] + work["hbm_write"] - (product["hbm_read"] + product["hbm_write"]) * flop / product["tensor_" + dtype]
    return Use(awake, min(1.0, flop / limited_s / best), min(1.0, max(0.0, beyond) / limited_s / (STREAM * device.byte_per_s)), dtype,
               batch / limited_s / serving.accelerators)
