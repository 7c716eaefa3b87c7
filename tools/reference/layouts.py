"""The two layouts of a Florence-2 checkpoint: what Microsoft's own files call a tensor of transformers, and back."""

import re

import torch

_INSIDE_BLOCKS = (
    (".conv1.", ".conv1.fn.dw."),
    (".conv2.", ".conv2.fn.dw."),
    (".ffn.fc", ".ffn.fn.net.fc"),
    (".window_attn.", ".window_attn.fn."),
    (".channel_attn.", ".channel_attn.fn."),
)


def original_name(native: str) -> str:
    """`model.vision_tower.convs.0.conv.bias` -> `vision_tower.convs.0.proj.bias`."""
    if native == "lm_head.weight":
        return "language_model.lm_head.weight"
    name = native.removeprefix("model.")
    if name.startswith("language_model."):
        return "language_model.model." + name.removeprefix("language_model.")
    if name == "multi_modal_projector.image_projection.weight":
        return "image_projection"
    if name.startswith("multi_modal_projector."):
        return name.removeprefix("multi_modal_projector.").replace("image_position_embed", "image_pos_embed")
    if name.startswith("vision_tower.convs."):
        return name.replace(".conv.", ".proj.")
    for short, long in _INSIDE_BLOCKS:
        name = name.replace(short, long)
    attention = "window_attn" if ".spatial_block." in name else "channel_attn"
    return name.replace(".norm1.", f".{attention}.norm.").replace(".norm2.", ".ffn.norm.")


def native_name(original: str) -> str | None:
    """The inverse of `original_name`; None for a tensor that the native layout does not have."""
    if original == "language_model.final_logits_bias":
        return None
    if original == "language_model.lm_head.weight":
        return "lm_head.weight"
    if original == "image_projection":
        return "model.multi_modal_projector.image_projection.weight"
    if original.startswith("language_model.model."):
        return "model.language_model." + original.removeprefix("language_model.model.")
    if original.startswith(("image_proj_norm.", "visual_temporal_embed.")):
        return "model.multi_modal_projector." + original
    if original.startswith("image_pos_embed."):
        return "model.multi_modal_projector." + original.replace("image_pos_embed", "image_position_embed")
    if original.startswith("vision_tower.convs."):
        return "model." + original.replace(".proj.", ".conv.")
    name = re.sub(r"\.(window|channel)_attn\.norm\.", ".norm1.", original).replace(".ffn.norm.", ".norm2.")
    for short, long in _INSIDE_BLOCKS:
        name = name.replace(long, short)
    return "model." + name


def to_original(native: dict[str, torch.Tensor], vocabulary: int) -> dict[str, torch.Tensor]:
    """A native state dict under the original names, its embedding cut to `vocabulary` rows."""
    tensors = {original_name(name): tensor for name, tensor in native.items()}
    tensors["image_projection"] = tensors["image_projection"].t().contiguous()
    for name, tensor in tensors.items():
        if name.endswith(("shared.weight", "embed_tokens.weight", "lm_head.weight")):
            tensors[name] = tensor[:vocabulary].clone()
    return tensors


def to_native(original: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
    """An original state dict under the native names; `final_logits_bias` has no native name and is left out."""
    tensors = {native_name(name): tensor for name, tensor in original.items() if native_name(name) is not None}
    projection = "model.multi_modal_projector.image_projection.weight"
    tensors[projection] = tensors[projection].t().contiguous()
    return tensors
