"""Work of one kernel on the meter's channels, by tile arithmetic: the formulas of sim/compute/kernel_work.cpp, which
tests/validation/gpu_energy compares with these.  Amounts of one call: FLOP, operations, bytes."""

from math import ceil

BYTES = {"bf16": 2.0, "fp8": 1.0, "fp4": 0.5625}  # fp4: four bits and an eight-bit scale for each sixteen
EPILOGUE = 8  # operations on a result: read from the accumulator, scale, convert, pack, store (assumed)
QUANTISE = 96  # on an activation: load, convert, largest of a group, scale, clamp, pack, store, addresses (assumed; SOURCE.md)
TRANSPOSE = 16  # on a value of a narrow cache: its tile is transposed on the way to the tensor units (assumed)


def add(work, channel, amount):
    work[channel] = work.get(channel, 0.0) + amount


def product(w, m, n, k, dtype, copies=1.0, block=256, pad=1):
    """C[m,n] = A[m,k] B[k,n] with `copies` of B (experts) that share the rows.  An L2 byte feeds a block x block tile, an HBM byte
    one of 2048 x 2048, which a wave of tiles works on at a time; operands are written to shared memory and read from there, B
    once for each 64 rows.  Rows of each copy are padded to `pad`."""
    b, rows = BYTES[dtype], m / copies
    a_bytes, b_bytes, c_bytes = b * m * k, b * n * k * copies, 2.0 * m * n
    add(w, "tensor_" + dtype, 2.0 * pad * ceil(rows / pad) * copies * n * k if pad > 1 else 2.0 * m * n * k)
    add(w, "hbm_read", a_bytes * ceil(n / 2048) + b_bytes * ceil(rows / 2048))
    add(w, "hbm_write", c_bytes)
    add(w, "l2", a_bytes * ceil(n / block) + b_bytes * ceil(rows / block) + c_bytes)
    add(w, "shared", 2 * a_bytes * ceil(n / block) + b_bytes * (ceil(rows / min(block, 128)) + ceil(rows / 64)) + 2 * c_bytes)
    add(w, "vector_fp32", EPILOGUE * m * n)


def quantise(w, m, k, dtype):
    """Activations arrive in bf16; a kernel of its own rounds them to the narrow type."""
    if dtype != "bf16":
        add(w, "hbm_read", 2.0 * m * k)
        add(w, "hbm_write", BYTES[dtype] * m * k)
        add(w, "l2", (2.0 + BYTES[dtype]) * m * k)
        add(w, "vector_fp32", QUANTISE * m * k)


def gemm(m, n, k, dtype):
    w = {}
    quantise(w, m, k, dtype)
    product(w, m, n, k, dtype)
    return w


def moe(tokens, hidden, inter, experts, here, topk, dtype):
    """Gated feed-forward of the `here` experts of `experts` that one device holds: `tokens` x `topk` routed rows, balanced; two products in,
    one out; weights of an expert are read when it has a row.  Grouped kernels work in blocks of 128 with rows padded to 64.  As
    served, every device writes all rows (zeros for experts elsewhere), activates them and sums them by token."""
    rows = tokens * topk
    local, active = rows * here / experts, min(here, rows * here / experts)
    active = max(active, 1.0)
    w = {}
    quantise(w, tokens, hidden, dtype)
    product(w, local, 2 * inter, hidden, dtype, active, 128, 64)
    quantise(w, local, inter, dtype)
    product(w, local, hidden, inter, dtype, active, 128, 64)
    zeros, results = 2.0 * (rows - local) * (2 * inter + hidden), 2.0 * tokens * hidden
    read, write = 2.0 * rows * (2 * inter + hidden), zeros + 2.0 * rows * inter + results
    add(w, "hbm_read", read)
    add(w, "hbm_write", write)
    add(w, "l2", read + write)
    add(w, "special", rows * inter)
    add(w, "vector_fp32", rows * (8 * inter + 2 * hidden))
    return w


def attention(batch, tokens, cache, heads, kv_heads, head_dim, dtype="bf16"):
    """Causal, fused: scores never leave the chip.  A query sees the cache and the tokens up to itself.  Keys and values pass once
    for each 128 queries; in decoding, heads that share a cache head are queries of one block."""
    scores = batch * heads * tokens * (cache + (tokens + 1) / 2)
    cached = 2.0 * batch * kv_heads * head_dim * (cache + tokens)
    kv_bytes, qo_bytes = BYTES[dtype] * cached, 2.0 * batch * heads * head_dim * tokens
    decode = tokens == 1
    passes = ceil(heads / kv_heads / 128) if decode else max(
        1.0, heads / kv_heads * ceil(tokens / 128) * (cache + (tokens + 1) / 2) / (cache + tokens))
    narrow = dtype != "bf16"
    return {"tensor_" + dtype: 4 * scores * head_dim, "special": scores,
            "vector_fp32": 8 * scores + (TRANSPOSE * cached / 2 * passes if narrow else 0), "hbm_read": kv_bytes + qo_bytes,
            "hbm_write": qo_bytes, "l2": kv_bytes * passes + 2 * qo_bytes,
            "shared": (2 if decode else 3) * kv_bytes * passes + (kv_bytes * passes if narrow else 0)}
