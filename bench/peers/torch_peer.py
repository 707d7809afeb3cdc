"""PyTorch as a peer of the benchmarks: reads a JSON request a line, answers with a JSON line.

A tool for developers; nothing of mural needs it. `pip install torch` into a virtual environment and name its python
to bench/run versus. Parts of models and whole pictures also need `pip install diffusers transformers sentencepiece`
(or PYTHONPATH with their sources).
"""

import json
import pathlib
import sys
import time

import torch
import torch.nn.functional as F

FLOAT, BF16, ONEDNN = "torch float32", "torch bfloat16", "torch oneDNN float32"
INT8 = "torch dynamic int8"
CHANNELS_LAST = "torch float32 channels last"
ENGINES = {
    "gemm": [ONEDNN, FLOAT, BF16, INT8],
    "attention": [FLOAT, BF16],
    "conv2d": [FLOAT, CHANNELS_LAST],
    "layer_norm": [FLOAT],
    "group_norm": [FLOAT],
    "double_block": [ONEDNN, FLOAT, BF16],
    "single_block": [ONEDNN, FLOAT, BF16],
    "t5_layer": [ONEDNN, FLOAT, BF16],
    "vae_decode": [FLOAT, CHANNELS_LAST, BF16],
    "picture": [FLOAT, BF16],
    "step": [],  # torch has no such attention
    "dense_step": [BF16],
}
TEXT, HIDDEN, HEADS, HEAD_DIM = 512, 3072, 24, 128  # FLUX.1-dev
NANO = pathlib.Path(__file__).parents[2] / "models" / "mural-nano"


def uniform(*sizes):
    return torch.rand(*sizes) - 0.5


def gemm(engine, m, k, n):
    x, weight, bias = uniform(m, k), uniform(n, k), uniform(n)
    if engine == ONEDNN:
        # float32 in, float32 out; weights laid out beforehand
        x, weight, bias = x.to_mkldnn(), weight.to_mkldnn(), bias.to_mkldnn()
        return lambda: torch.ops.aten.mkldnn_linear(x, weight, bias)
    if engine == INT8:
        # float32 in, float32 out; x gets one scale in every call
        linear = torch.nn.Linear(k, n).requires_grad_(False)
        quantized = torch.ao.quantization.quantize_dynamic(torch.nn.Sequential(linear), {torch.nn.Linear}, torch.qint8)
        return lambda: quantized(x)
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


class OneDnnLinear(torch.nn.Module):
    """A linear layer of float32 whose weights oneDNN laid out beforehand."""

    def __init__(self, linear):
        super().__init__()
        self.weight = linear.weight.detach().to_mkldnn()
        self.bias = None if linear.bias is None else linear.bias.detach().to_mkldnn()

    def forward(self, x):
        return torch.ops.aten.mkldnn_linear(x.contiguous().to_mkldnn(), self.weight, self.bias).to_dense()


def prepared(engine, module):
    """The module as the engine computes it, and the type of its inputs."""
    module = module.eval().requires_grad_(False)
    if engine == BF16:
        return module.bfloat16(), torch.bfloat16
    if engine == CHANNELS_LAST:
        return module.to(memory_format=torch.channels_last), torch.float32
    if engine == ONEDNN:
        for parent in list(module.modules()):
            for name, child in list(parent.named_children()):
                if isinstance(child, torch.nn.Linear):
                    setattr(parent, name, OneDnnLinear(child))
    return module, torch.float32


def rotary(rows, dtype):
    return uniform(rows, HEAD_DIM).to(dtype), uniform(rows, HEAD_DIM).to(dtype)


def double_block(engine, size):
    from diffusers.models.transformers.transformer_flux import FluxTransformerBlock

    block, dtype = prepared(engine, FluxTransformerBlock(HIDDEN, HEADS, HEAD_DIM))
    img, txt, temb = (uniform(1, *sizes, HIDDEN).to(dtype) for sizes in ((size,), (TEXT,), ()))
    rope = rotary(TEXT + size, torch.float32)
    return lambda: block(hidden_states=img, encoder_hidden_states=txt, temb=temb, image_rotary_emb=rope)


def single_block(engine, size):
    from diffusers.models.transformers.transformer_flux import FluxSingleTransformerBlock

    block, dtype = prepared(engine, FluxSingleTransformerBlock(HIDDEN, HEADS, HEAD_DIM))
    img, txt, temb = (uniform(1, *sizes, HIDDEN).to(dtype) for sizes in ((size,), (TEXT,), ()))
    rope = rotary(TEXT + size, torch.float32)
    return lambda: block(hidden_states=img, encoder_hidden_states=txt, temb=temb, image_rotary_emb=rope)


def t5_layer(engine, size):
    from transformers import T5Config, T5EncoderModel

    # the least vocabulary: an embedding is a look-up
    config = T5Config(
        vocab_size=size, d_model=4096, d_kv=64, d_ff=10240, num_layers=1, num_heads=64, feed_forward_proj="gated-gelu"
    )
    model, _ = prepared(engine, T5EncoderModel(config))
    ids = torch.arange(size).unsqueeze(0)
    return lambda: model(ids)


def vae_decode(engine, size):
    from diffusers import AutoencoderKL

    levels = 4
    vae = AutoencoderKL(
        block_out_channels=(128, 256, 512, 512),
        down_block_types=("DownEncoderBlock2D",) * levels,
        up_block_types=("UpDecoderBlock2D",) * levels,
        layers_per_block=2,
        latent_channels=16,
        norm_num_groups=32,
        sample_size=1024,
        use_quant_conv=False,
        use_post_quant_conv=False,
    )
    vae, dtype = prepared(engine, vae)
    latent = uniform(1, 16, size // 8, size // 8).to(dtype)
    return lambda: vae.decode(latent)


def dense_step(engine, size, doubles, singles):
    from diffusers import FluxTransformer2DModel

    torch.set_default_dtype(torch.bfloat16)  # the weights are never there in float32
    model = FluxTransformer2DModel(num_layers=doubles, num_single_layers=singles, guidance_embeds=True)
    torch.set_default_dtype(torch.float32)
    model = model.eval().requires_grad_(False)
    side = size // 16
    rows, columns = torch.arange(side).repeat_interleave(side), torch.arange(side).repeat(side)
    request = {
        "hidden_states": uniform(1, side * side, 64).bfloat16(),
        "encoder_hidden_states": uniform(1, TEXT, 4096).bfloat16(),
        "pooled_projections": uniform(1, 768).bfloat16(),
        "timestep": torch.tensor([0.7]).bfloat16(),
        "guidance": torch.tensor([3.5]),
        "img_ids": torch.stack([torch.zeros(side * side), rows, columns], dim=1),
        "txt_ids": torch.zeros(TEXT, 3),
    }
    return lambda: model(**request)


def picture(engine, size):
    from diffusers import FluxPipeline

    dtype = torch.bfloat16 if engine == BF16 else torch.float32
    pipeline = FluxPipeline.from_pretrained(NANO, torch_dtype=dtype)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.to(torch.get_default_device())
    defaults = json.loads((NANO / "mural.json").read_text())

    def call():
        return pipeline(
            prompt="a sunset over purple mountains and a calm sea",
            negative_prompt=defaults.get("negative", ""),
            true_cfg_scale=defaults["true_cfg"],
            width=defaults["native_size"][0],
            height=defaults["native_size"][1],
            max_sequence_length=defaults["text_tokens"],
            num_inference_steps=size,
            generator=torch.Generator().manual_seed(1),
        )

    return call


OPERATIONS = {
    f.__name__: f
    for f in (
        gemm,
        attention,
        conv2d,
        layer_norm,
        group_norm,
        double_block,
        single_block,
        t5_layer,
        vae_decode,
        dense_step,
        picture,
    )
}


def on_gpu():
    return torch.get_default_device().type == "cuda"


def measure(call, seconds, clock):
    samples, start = [], time.perf_counter()
    while not samples or time.perf_counter() - start < seconds:
        before = clock()
        call()
        if on_gpu():
            torch.cuda.synchronize()
        samples.append(clock() - before)
    return samples


def engines(op):
    return [engine for engine in ENGINES[op] if engine not in (ONEDNN, INT8) or not on_gpu()]


def ceilings():
    """The most the card does in several tries: bfloat16 products, and copies counted as read and written."""
    n, x = 8192, uniform(1 << 29)
    products = min(measure(gemm(BF16, n, n, n), 2, time.perf_counter))
    copies = min(measure(x.clone, 2, time.perf_counter))
    return {"gflops": 2 * n**3 / products / 1e9, "gigabytes": 2 * x.nbytes / copies / 1e9}


def main():
    clock, calls = time.perf_counter, {}
    for line in sys.stdin:
        request = json.loads(line)
        op = request.pop("op")
        if op == "start":
            torch.manual_seed(1)
            torch.set_num_threads(request["threads"])
            torch.set_default_device(request.get("device", "cpu"))
            clock = time.thread_time if request["threads"] == 1 else time.perf_counter
            answer = {"version": torch.__version__}
        elif op == "ceilings":
            answer = ceilings()
        else:
            engine, seconds = request.pop("engine"), request.pop("seconds", 0)
            if engine == "?":
                answer = {"engines": engines(op)}
            else:
                key = (op, engine, tuple(sorted(request.items())))
                if key not in calls:
                    calls = {k: call for k, call in calls.items() if k[0] == op and k[2] == key[2]}
                    calls[key] = OPERATIONS[op](engine, **request)
                answer = {"samples": measure(calls[key], seconds, clock)}
        print(json.dumps(answer), flush=True)


with torch.inference_mode():
    main()
