"""PyTorch as a peer of the benchmarks: reads a JSON request a line, answers with a JSON line.

A tool for developers; nothing of mural needs it. `pip install torch` into a virtual environment and name its python
to bench/versus.
"""

import json
import sys
import time

import torch
import torch.nn.functional as F

FLOAT, BF16, ONEDNN = "torch float32", "torch bfloat16", "torch oneDNN float32"
CHANNELS_LAST = "torch float32 channels last"
ENGINES = {
    "gemm": [ONEDNN, FLOAT, BF16],
    "attention": [FLOAT, BF16],
    "conv2d": [FLOAT, CHANNELS_LAST],
    "layer_norm": [FLOAT],
    "group_norm": [FLOAT],
}


def uniform(*sizes):
    return torch.rand(*sizes) - 0.5


def gemm(engine, m, k, n):
    x, weight, bias = uniform(m, k), uniform(n, k), uniform(n)
    if engine == ONEDNN:
        # float32 in, float32 out; weights laid out beforehand
        x, weight, bias = x.to_mkldnn(), weight.to_mkldnn(), bias.to_mkldnn()
        return lambda: torch.ops.aten.mkldnn_linear(x, weight, bias)
    if engine == BF16:
        x, weight, bias = x.bfloat16(), weight.bfloat16(), bias.bfloat16()
    return lambda: F.linear(x, weight, bias)


def attention(engine, heads, head_dim, tokens):
    dtype = torch.bfloat16 if engine == BF16 else torch.float32
    q, k, v = (uniform(1, heads, tokens, head_dim).to(dtype) for _ in range(3))
    return lambda: F.scaled_dot_product_attention(q, k, v)


def conv2d(engine, side, **channels):
    x = uniform(1, channels["in"], side, side)
    layer = torch.nn.Conv2d(channels["in"], channels["out"], 3, padding=1)
    if engine == CHANNELS_LAST:
        x, layer = x.to(memory_format=torch.channels_last), layer.to(memory_format=torch.channels_last)
    return lambda: layer(x)


def layer_norm(engine, rows, cols):
    x, weight = uniform(rows, cols), uniform(cols)
    return lambda: F.layer_norm(x, (cols,), weight, weight)


def group_norm(engine, side, channels):
    x, weight = uniform(1, channels, side, side), uniform(channels)
    return lambda: F.silu(F.group_norm(x, 32, weight, weight))


OPERATIONS = {f.__name__: f for f in (gemm, attention, conv2d, layer_norm, group_norm)}


def measure(call, seconds, clock):
    samples, start = [], time.perf_counter()
    while not samples or time.perf_counter() - start < seconds:
        before = clock()
        call()
        samples.append(clock() - before)
    return samples


def main():
    clock, calls = time.perf_counter, {}
    for line in sys.stdin:
        request = json.loads(line)
        op = request.pop("op")
        if op == "start":
            torch.manual_seed(1)
            torch.set_num_threads(request["threads"])
            clock = time.thread_time if request["threads"] == 1 else time.perf_counter
            answer = {"version": torch.__version__}
        else:
            engine, seconds = request.pop("engine"), request.pop("seconds", 0)
            if engine == "?":
                answer = {"engines": ENGINES[op]}
            else:
                key = (op, engine, tuple(sorted(request.items())))
                if key not in calls:
                    calls = {k: call for k, call in calls.items() if k[0] == op and k[2] == key[2]}
                    calls[key] = OPERATIONS[op](engine, **request)
                answer = {"samples": measure(calls[key], seconds, clock)}
        print(json.dumps(answer), flush=True)


with torch.inference_mode():
    main()
