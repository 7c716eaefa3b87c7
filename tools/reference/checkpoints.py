"""Writes random Florence-2 checkpoints in both layouts, as the published ones are laid out on disk.

    python checkpoints.py --shape base --layout original --head untied --storage F16 --output DIR
"""

import argparse
import json
import os
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import BartConfig, Florence2Config, Florence2ForConditionalGeneration, Florence2VisionConfig

import layouts
import shapes
from shapes import Shape
from weights import RandomWeights

STORAGE = {"F64": torch.float64, "F16": torch.float16, "BF16": torch.bfloat16, "F32": torch.float32}
FLORENCE_GENERATION = {
    "bos_token_id": 0,
    "pad_token_id": 1,
    "eos_token_id": 2,
    "decoder_start_token_id": 2,
    "forced_bos_token_id": 0,
    "forced_eos_token_id": 2,
    "no_repeat_ngram_size": 3,
    "num_beams": 3,
    "early_stopping": True,
    "length_penalty": 1.0,
}
ABSENT = object()
# What the original code's own classes have, of the keys that are written.
ORIGINAL_TEXT_DEFAULTS = {
    "vocab_size": 51289, "d_model": 1024, "activation_function": "gelu", "encoder_layers": 12, "decoder_layers": 12,
    "encoder_attention_heads": 16, "decoder_attention_heads": 16, "encoder_ffn_dim": 4096, "decoder_ffn_dim": 4096,
    "max_position_embeddings": 1024, "scale_embedding": False, "bos_token_id": 0, "pad_token_id": 1, "eos_token_id": 2,
    "decoder_start_token_id": 2, "forced_eos_token_id": 2,
}  # fmt: skip
ORIGINAL_VISION_DEFAULTS = {
    "patch_size": [7, 3, 3, 3], "patch_stride": [4, 2, 2, 2], "patch_padding": [3, 1, 1, 1], "depths": [1, 1, 9, 1],
    "patch_prenorm": [False, True, True, True], "window_size": 12, "dim_embed": [256, 512, 1024, 2048],
    "num_heads": [8, 16, 32, 64], "num_groups": [8, 16, 32, 64],
    "image_feature_source": ["spatial_avg_pool", "temporal_avg_pool"],
}  # fmt: skip
REPOSITORY = Path(__file__).resolve().parents[2]
DEMO_TOKENIZER = REPOSITORY / "Models" / "demo" / "tokenizer.json"
DUPLICATES = ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight")


@dataclass(frozen=True)
class Recipe:
    """What one checkpoint directory is to contain. Equal seeds and shapes mean equal numbers in both layouts."""

    shape: Shape
    layout: str = "native"  # native | original
    head: str = "tied"  # tied | untied
    storage: str = "F32"
    seed: int = 1
    shards: int = 1
    duplicates: bool = False  # the tied embedding is stored under each of its names, as in Microsoft's first files
    logits_bias: float = 0.0  # deviation of a random final_logits_bias (original layout)
    suppressed: tuple[int, ...] = ()  # ids whose final_logits_bias forbids them (original layout)
    generation: dict = field(default_factory=dict)  # other than Florence-2's own settings; ABSENT: the key is left out
    generation_file: bool = True  # native: settings in generation_config.json, else in text_config
    scale_embedding: bool = False
    own_decoder: bool = False  # the decoder's embedding is another than the prompt's (native layout)
    shared_as: str = ""  # under which other name the tied embedding is stored
    wrapper: str = ""  # stands before every name
    processor_file: bool = False  # processor_config.json, as transformers 5 writes it, not preprocessor_config.json
    lean: bool = False  # keys of config.json that have the class's own value are left out

    @property
    def vocabulary(self) -> int:
        """Rows of the embedding as stored."""
        return self.shape.vocabulary if self.layout == "native" else self.shape.original_vocabulary


def native_config(
    shape: Shape, vocabulary: int, image_token: int, tied: bool, scale_embedding: bool = False
) -> Florence2Config:
    """The configuration of transformers for a shape."""
    encoder, decoder = range(2)
    text = BartConfig(
        vocab_size=vocabulary, d_model=shape.width, max_position_embeddings=shape.positions,
        encoder_layers=shape.layers[encoder], decoder_layers=shape.layers[decoder],
        encoder_attention_heads=shape.text_heads[encoder], decoder_attention_heads=shape.text_heads[decoder],
        encoder_ffn_dim=shape.ffn[encoder], decoder_ffn_dim=shape.ffn[decoder],
        dropout=0.1, attention_dropout=0.1, activation_dropout=0.1, bos_token_id=0, pad_token_id=1, eos_token_id=2,
        decoder_start_token_id=2, tie_word_embeddings=tied, scale_embedding=scale_embedding)  # fmt: skip
    vision = Florence2VisionConfig(
        embed_dim=list(shape.dims), num_heads=list(shape.heads), num_groups=list(shape.groups),
        depths=list(shape.depths), window_size=shape.window, mlp_ratio=shape.mlp_ratio, projection_dim=shape.width,
        max_position_embeddings=shape.image_positions, max_temporal_embeddings=100)  # fmt: skip
    return Florence2Config(
        text_config=text.to_dict(), vision_config=vision.to_dict(), image_token_id=image_token,
        bos_token_id=0, pad_token_id=1, eos_token_id=2, tie_word_embeddings=tied)  # fmt: skip


def original_config(recipe: Recipe) -> dict:
    """config.json as Microsoft writes it, the wrong top-level ids of its fine-tunes included."""
    shape = recipe.shape
    text = {
        "vocab_size": recipe.vocabulary, "d_model": shape.width, "activation_function": "gelu",
        "encoder_layers": shape.layers[0], "decoder_layers": shape.layers[1], "num_hidden_layers": shape.layers[0],
        "encoder_attention_heads": shape.text_heads[0], "decoder_attention_heads": shape.text_heads[1],
        "encoder_ffn_dim": shape.ffn[0], "decoder_ffn_dim": shape.ffn[1],
        "max_position_embeddings": shape.positions, "activation_dropout": 0.1, "attention_dropout": 0.1,
        "dropout": 0.1, "add_bias_logits": False, "add_final_layer_norm": False, "normalize_before": False,
        "scale_embedding": recipe.scale_embedding, "is_encoder_decoder": True, "init_std": 0.02,
    } | generation_settings(recipe)  # fmt: skip
    vision = {
        "model_type": "davit", "dim_embed": shape.dims, "num_heads": shape.heads, "num_groups": shape.groups,
        "depths": shape.depths, "window_size": shape.window, "patch_size": [7, 3, 3, 3],
        "patch_stride": [4, 2, 2, 2], "patch_padding": [3, 1, 1, 1], "patch_prenorm": [False, True, True, True],
        "drop_path_rate": 0.1, "enable_checkpoint": False, "projection_dim": shape.width,
        "visual_temporal_embedding": {"type": "COSINE", "max_temporal_embeddings": 100},
        "image_pos_embed": {"type": "learned_abs_2d", "max_pos_embeddings": shape.image_positions},
        "image_feature_source": ["spatial_avg_pool", "temporal_avg_pool"],
    }  # fmt: skip
    return {
        "_name_or_path": "florence2", "architectures": ["Florence2ForConditionalGeneration"],
        "bos_token_id": 2, "eos_token_id": 1, "pad_token_id": 0, "ignore_index": -100, "model_type": "florence2",
        "projection_dim": shape.width, "text_config": text, "vision_config": vision,
        "vocab_size": recipe.vocabulary, "torch_dtype": "float16", "is_encoder_decoder": True,
    }  # fmt: skip


def generation_settings(recipe: Recipe) -> dict:
    """The settings as written: Florence-2's, changed by the recipe."""
    settings = FLORENCE_GENERATION | recipe.generation
    return {key: value for key, value in settings.items() if value is not ABSENT}


def without_defaults(config: dict, defaults: dict) -> dict:
    """A section of config.json without the keys that its class would set to the same."""
    return {key: value for key, value in config.items() if key not in defaults or defaults[key] != value}


def state_dict(recipe: Recipe) -> dict[str, torch.Tensor]:
    """The tensors under native names, in the storage type, the tied copies left out as `save_pretrained` does."""
    shape = recipe.shape
    tied = recipe.head == "tied"
    with torch.device("meta"):
        sizes = Florence2ForConditionalGeneration(
            native_config(shape, shape.vocabulary, shape.image_token, tied)
        ).state_dict()
    random = RandomWeights(shape, recipe.seed, tied)
    tensors = {}
    for name, meta in sizes.items():
        if name.endswith(DUPLICATES) or (tied and name == "lm_head.weight"):
            continue
        tensors[name] = random.tensor(name, tuple(meta.shape)).to(STORAGE[recipe.storage])
    if not tied or recipe.duplicates:
        for name in DUPLICATES:
            tensors[f"model.language_model.{name}"] = tensors["model.language_model.shared.weight"].clone()
    if tied and recipe.duplicates:
        tensors["lm_head.weight"] = tensors["model.language_model.shared.weight"].clone()
    if recipe.own_decoder:
        shared = "model.language_model.shared.weight"
        other = RandomWeights(shape, recipe.seed + 1000, tied).tensor(shared, tuple(tensors[shared].shape))
        tensors["model.language_model.decoder.embed_tokens.weight"] = other.to(STORAGE[recipe.storage])
    if recipe.shared_as:
        tensors[recipe.shared_as] = tensors.pop("model.language_model.shared.weight")
    return tensors


def write(recipe: Recipe, directory: Path) -> Path:
    """Writes the whole directory: weights, configurations, tokenizer."""
    directory.mkdir(parents=True, exist_ok=True)
    tensors = state_dict(recipe)
    if recipe.layout == "original":
        tensors = layouts.to_original(tensors, recipe.vocabulary)
        if not recipe.duplicates:
            tensors = {name: tensor for name, tensor in tensors.items() if not name.endswith(DUPLICATES)}
        bias = torch.zeros(1, recipe.vocabulary)
        if recipe.logits_bias:
            bias = torch.randn(bias.shape, generator=torch.Generator().manual_seed(recipe.seed)) * recipe.logits_bias
        bias[:, list(recipe.suppressed)] = -10000
        tensors["language_model.final_logits_bias"] = bias.to(STORAGE[recipe.storage])
        config = original_config(recipe)
        if recipe.lean:
            config["text_config"] = without_defaults(config["text_config"], ORIGINAL_TEXT_DEFAULTS)
            config["vision_config"] = without_defaults(config["vision_config"], ORIGINAL_VISION_DEFAULTS)
        _write_json(directory / "config.json", config)
        _write_json(directory / "generation_config.json", {"num_beams": 3, "early_stopping": False})
    else:
        _write_native_configs(recipe, directory)
    _write_tensors({recipe.wrapper + name: tensor for name, tensor in tensors.items()}, directory, recipe.shards)
    _write_processor(recipe, directory)
    _write_tokenizer(recipe, directory)
    return directory


def _write_native_configs(recipe: Recipe, directory: Path) -> None:
    shape = recipe.shape
    config = native_config(
        shape, recipe.vocabulary, shape.image_token, recipe.head == "tied", recipe.scale_embedding
    ).to_dict()
    config["architectures"] = ["Florence2ForConditionalGeneration"]
    if recipe.generation_file:
        _write_json(directory / "generation_config.json", generation_settings(recipe))
    else:
        config["text_config"] |= generation_settings(recipe)
    if recipe.lean:
        for section, kind in (("text_config", BartConfig), ("vision_config", Florence2VisionConfig)):
            kept = {"model_type": config[section]["model_type"]}
            config[section] = without_defaults(config[section], kind().to_dict()) | kept
    _write_json(directory / "config.json", config)


def _write_tensors(tensors: dict[str, torch.Tensor], directory: Path, shards: int) -> None:
    tensors = {name: tensor.contiguous() for name, tensor in tensors.items()}
    if shards == 1:
        save_file(tensors, directory / "model.safetensors", metadata={"format": "pt"})
        return
    names = sorted(tensors)
    weight_map = {}
    for shard in range(shards):
        file = f"model-{shard + 1:05}-of-{shards:05}.safetensors"
        part = {name: tensors[name] for name in names[shard::shards]}
        save_file(part, directory / file, metadata={"format": "pt"})
        weight_map |= dict.fromkeys(part, file)
    size = sum(tensor.nbytes for tensor in tensors.values())
    _write_json(
        directory / "model.safetensors.index.json", {"metadata": {"total_size": size}, "weight_map": weight_map}
    )


def _write_processor(recipe: Recipe, directory: Path) -> None:
    size = {"height": recipe.shape.image[0], "width": recipe.shape.image[1]}
    settings = {
        "image_processor_type": "CLIPImageProcessor", "processor_class": "Florence2Processor", "do_resize": True,
        "size": size, "crop_size": size, "resample": 3, "do_center_crop": False, "do_convert_rgb": None,
        "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": [0.485, 0.456, 0.406],
        "image_std": [0.229, 0.224, 0.225], "image_seq_length": recipe.shape.image_tokens,
    }  # fmt: skip
    if recipe.processor_file:
        nested = {"image_processor": settings, "processor_class": "Florence2Processor"}
        _write_json(directory / "processor_config.json", nested)
    else:
        _write_json(directory / "preprocessor_config.json", settings)


def _write_tokenizer(recipe: Recipe, directory: Path) -> None:
    """Real vocabulary for the real row counts where VISION_TEST_DATA has it, a byte alphabet for the mini shape."""
    target = directory / "tokenizer.json"
    real = Path(os.environ.get("VISION_TEST_DATA", "")) / "tokenizer" / "tokenizer.json"
    if recipe.shape.original_vocabulary < 1609:
        _write_json(target, byte_tokenizer())
    elif recipe.shape.original_vocabulary == shapes.LARGE_VOCABULARY and real.is_file():
        shutil.copyfile(real, target)
    else:
        shutil.copyfile(DEMO_TOKENIZER, target)
    _write_json(directory / "tokenizer_config.json", {"model_max_length": 1024})


def byte_tokenizer() -> dict:
    """A tokenizer of 264 ids: four special tokens, the 256 bytes, `<mask>`, and no merges at all."""
    from tokenizers import pre_tokenizers

    special = ["<s>", "<pad>", "</s>", "<unk>"]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    vocabulary = {token: index for index, token in enumerate(special + alphabet)}
    flags = {"single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}
    added = [{"id": index, "content": token} | flags for index, token in enumerate(special)]
    added.append({"id": len(vocabulary), "content": "<mask>"} | flags | {"lstrip": True})
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True, "use_regex": True}
    return {
        "version": "1.0", "truncation": None, "padding": None, "added_tokens": added, "normalizer": None,
        "pre_tokenizer": byte_level, "decoder": byte_level,
        "post_processor": {
            "type": "RobertaProcessing", "sep": ["</s>", 2], "cls": ["<s>", 0],
            "trim_offsets": True, "add_prefix_space": False,
        },
        "model": {
            "type": "BPE", "dropout": None, "unk_token": None, "continuing_subword_prefix": None,
            "end_of_word_suffix": None, "fuse_unk": False, "byte_fallback": False, "ignore_merges": False,
            "vocab": vocabulary, "merges": [],
        },
    }  # fmt: skip


def _write_json(path: Path, value: dict) -> None:
    path.write_text(json.dumps(value, indent=2) + "\n")


def main() -> None:
    """Writes one checkpoint as told by the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    names = {name.lower().replace("_", "-"): value for name, value in vars(shapes).items() if isinstance(value, Shape)}
    parser.add_argument("--shape", choices=names, default="padded")
    parser.add_argument("--layout", choices=("native", "original"), default="native")
    parser.add_argument("--head", choices=("tied", "untied"), default="tied")
    parser.add_argument("--storage", choices=STORAGE, default="F16")
    parser.add_argument("--shards", type=int, default=1)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--output", type=Path, required=True)
    options = parser.parse_args()
    write(
        Recipe(
            names[options.shape], options.layout, options.head, options.storage, options.seed, shards=options.shards
        ),
        options.output,
    )


if __name__ == "__main__":
    main()
