"""Steps of a step file from the measured iterations of vTrain [bang2024vtrain]: GPT on A100, 2 to 8 accelerators and 64 to 512.

    vtrain.py single|multi          prints the step file

What the tables do not say is assumed:
  vocabulary      51,200, as Megatron pads that of GPT-2
  recomputation   whole layers: on one accelerator a layer of 1,024 takes 8.3 ms for eight sequences, where the kernels take 8.8
                  with it and 6.4 without; on several nodes rows such as 39.1B with tensor 4, pipeline 16, micro-batch 12 would not
                  fit into 80 GB otherwise, even with fused attention
  network         8 x 200 Gbit/s a node, as Selene has
The 1st, 3rd, ... row of one node fit the launch time of the stack; the others and all of several nodes judge.
"""
import csv
import gzip
import sys
from pathlib import Path

DATA = Path(__file__).parent / "data"
VOCABULARY = 51200


def rows(kind: str) -> list[dict[str, str]]:
    with gzip.open(DATA / f"vtrain_a100_{kind}_node.csv.gz", "rt", encoding="utf-8") as text:
        return list(csv.DictReader(text))


def shape(row: dict[str, str]) -> tuple[int, int, int]:
    return tuple(int(row[key]) for key in ("hidden size", "attention heads", "# layers"))


def model(row: dict[str, str]) -> str:
    return "vtrain/{}-{}-{}".format(*shape(row))


def text(kind: str) -> str:
    out, models = [], {}
    for i, row in enumerate(rows(kind)):
        count = {key: int(row[f"{key} parallelism"]) for key in ("tensor", "pipeline", "data")}
        hidden, heads, layers = shape(row)
        models[model(row)] = (hidden, heads, layers, 12 * layers * hidden**2 + VOCABULARY * hidden)
        out.append(f'''[[step]]
name = "{kind} {i}"
rack = "air/4x-dgx-a100"
model = "{model(row)}"
accelerators = {row["# GPUs"]}
batch_sequences = {row["global batch"]}
sequence = {row["sequence length"]}
tensor_parallel = {count["tensor"]}
pipeline_parallel = {count["pipeline"]}
micro_batch = {row["micro batch"]}
sequence_parallel = false
recompute = "full"
stack = "megatron-deepspeed/2022"
network_bandwidth = "200 Gbit/s"
published = {{ step = "{row["iteration time (ms)"]} ms", role = "{"fit" if kind == "single" and i % 2 == 0 else "judge"}", source = "bang2024vtrain" }}
''')
    for name, (hidden, heads, layers, parameters) in models.items():
        out.append(f'''[model."{name}"]
name = "GPT, {layers} layers of {hidden}"
source = "bang2024vtrain"
parameters = {parameters}
layers = {layers}
hidden = {hidden}
heads = {heads}
kv_heads = {heads}
ffn_hidden = {4 * hidden}
vocabulary = {VOCABULARY}
''')
    return "\n".join(out)


if __name__ == "__main__":
    print(text(sys.argv[1]))
