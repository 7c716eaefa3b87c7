"""Florence-2 as transformers computes it on a CPU in float32, from the same directory that the server reads."""

import json
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from safetensors.torch import load_file
from tokenizers import AddedToken, Tokenizer
from transformers import Florence2ForConditionalGeneration, GenerationConfig
from transformers.modeling_outputs import BaseModelOutput
from transformers.models.clip.image_processing_pil_clip import CLIPImageProcessorPil
from transformers.models.florence2.processing_florence2 import Florence2Processor
from transformers.utils import logging as transformers_logging

import layouts
from checkpoints import ORIGINAL_TEXT_DEFAULTS, ORIGINAL_VISION_DEFAULTS, native_config
from shapes import Shape

transformers_logging.set_verbosity_error()
transformers_logging.disable_progress_bar()


# The call that the original server and the models' cards make; what a model's files say comes before it.
CALL = {"num_beams": 3, "do_sample": False, "max_new_tokens": 1024}


@dataclass
class Encoded:
    """One picture and prompt after the encoder, ready for any number of generations."""

    prompt_ids: list[int]
    states: torch.Tensor  # [1, L, P]


class Reference:
    """The model of a checkpoint directory, in either layout."""

    def __init__(self, directory: Path, dtype: torch.dtype = torch.float32):
        self.config = json.loads((directory / "config.json").read_text())
        self.is_native = "auto_map" not in self.config and "projection_dim" not in self.config
        self.model = (_load_native if self.is_native else _load_original)(directory, self.config, dtype)
        self.model.eval()
        self.settings = self._settings(directory)
        self.model.generation_config = GenerationConfig(**self.settings)
        self.tokenizer = Tokenizer.from_file(str(directory / "tokenizer.json"))
        self.tokenizer.add_special_tokens([AddedToken(word, normalized=False) for word in florence_words()])
        self.image_processor = _image_processor(directory)

    def _settings(self, directory: Path) -> dict:
        """What the files say. Native: as transformers reads them. Original: text_config alone, with its class's values
        for keys that are absent. Lengths of a config.json do not count: each save leaves a meaningless 20 there."""
        if self.is_native:
            written = self.model.generation_config.to_dict()
            lengths = () if (directory / "generation_config.json").is_file() else ("max_length", "max_new_tokens")
        else:
            written = ORIGINAL_TEXT_DEFAULTS | self.config["text_config"]
            lengths = ("max_length", "max_new_tokens")
        known = GenerationConfig().to_dict()
        return {
            key: value for key, value in written.items() if key in known and value is not None and key not in lengths
        }

    def merged(self, **overrides) -> dict:
        """A request's settings, else the files', else the call's."""
        call = CALL if "max_length" not in self.settings else {"num_beams": CALL["num_beams"], "do_sample": False}
        settings = call | self.settings | overrides
        if "max_new_tokens" in settings:
            settings.pop("max_length", None)
        return settings

    def prompt_ids(self, prompt: str) -> list[int]:
        """Token ids of a prompt, the task's sentence put in its place by the native processor's own code."""
        return self.tokenizer.encode(task_sentence(prompt)).ids

    def pixel_values(self, picture: Path) -> torch.Tensor:
        """[1, 3, H, W] of an upright RGB file."""
        image = Image.open(picture).convert("RGB")
        return self.image_processor(image, return_tensors="pt")["pixel_values"]

    @torch.no_grad()
    def vision(self, pixel_values: torch.Tensor) -> dict[str, torch.Tensor]:
        """`vision.stage.0..3` [N, C] and `image_features` [tokens, P] of one picture."""
        named = {}
        hooks = []
        for index, stage in enumerate(self.model.model.vision_tower.blocks):

            def keep(_module, _input, output, name=f"vision.stage.{index}"):
                named[name] = output[0].flatten(1).t().contiguous()

            hooks.append(stage[-1].register_forward_hook(keep))
        features = self.model.get_image_features(pixel_values=pixel_values).pooler_output
        for hook in hooks:
            hook.remove()
        return named | {"image_features": features[0]}

    @torch.no_grad()
    def image_features(self, pixel_values: torch.Tensor) -> torch.Tensor:
        """[B, tokens, P] of several pictures."""
        return self.model.get_image_features(pixel_values=pixel_values).pooler_output

    @torch.no_grad()
    def encode(self, image_features: torch.Tensor, prompt: str) -> Encoded:
        """Encoder states of pictures [B, tokens, P] that are all asked the same."""
        ids = self.prompt_ids(prompt)
        table = self.model.get_input_embeddings()
        # The original code looks prompts up without the embedding's scale.
        words = table(torch.tensor([ids])) if self.is_native else table.weight[ids].unsqueeze(0)
        words = words.expand(image_features.shape[0], -1, -1)
        encoder = self.model.model.language_model.encoder
        states = encoder(inputs_embeds=torch.cat((image_features, words), dim=1)).last_hidden_state
        return Encoded(ids, states)

    @torch.no_grad()
    def logits(self, encoded: Encoded, decoder_ids: list[int]) -> torch.Tensor:
        """Teacher-forced logits [T, V]."""
        return self.model(
            encoder_outputs=BaseModelOutput(last_hidden_state=encoded.states),
            decoder_input_ids=torch.tensor([decoder_ids]),
        ).logits[0]

    @torch.no_grad()
    def generate(self, encoded: Encoded, **overrides) -> tuple[list[list[int]], list[float | None]]:
        """Token ids (decoder start included, padding cut off) and scores (beam search only), one per picture."""
        settings = self.merged(**overrides)
        if settings["num_beams"] == 1:
            settings.pop("early_stopping", None)
            settings.pop("length_penalty", None)
        config = GenerationConfig(**settings, return_dict_in_generate=True, output_scores=settings["num_beams"] > 1)
        count, length, _ = encoded.states.shape
        output = self.model.generate(
            encoder_outputs=BaseModelOutput(last_hidden_state=encoded.states),
            attention_mask=torch.ones(count, length, dtype=torch.long),
            generation_config=config,
        )
        scores = getattr(output, "sequences_scores", None)
        rows = [_without_padding(row, settings.get("pad_token_id", 1)) for row in output.sequences.tolist()]
        return rows, [None] * count if scores is None else scores.tolist()

    @torch.no_grad()
    def generate_through_the_front_door(self, picture: Path, prompt: str, **overrides) -> list[int]:
        """The same by `generate(input_ids, pixel_values)`, image placeholders and all, as a user would call it."""
        pixel_values = self.pixel_values(picture)
        ids = self.prompt_ids(prompt)
        tokens = self.image_features(pixel_values).shape[1]
        input_ids = torch.tensor([[self.model.config.image_token_id] * tokens + ids])
        output = self.model.generate(
            input_ids=input_ids,
            pixel_values=pixel_values,
            attention_mask=torch.ones_like(input_ids),
            generation_config=GenerationConfig(**self.merged(**overrides)),
        )
        return output[0].tolist()


def florence_words() -> list[str]:
    """The 1024 tokens that Florence-2 adds to BART's vocabulary, in order."""
    pairs = "<cap> </cap> <ncap> </ncap> <dcap> </dcap> <grounding> </grounding> <seg> </seg> <sep> <region_cap>"
    rest = "</region_cap> <region_to_desciption> </region_to_desciption> <proposal> </proposal> <poly> </poly> <and>"
    locations = [f"<loc_{index}>" for index in range(1000)]
    return ["<od>", "</od>", "<ocr>", "</ocr>", *locations, *pairs.split(), *rest.split()]


def task_sentence(prompt: str) -> str:
    """What the native processor makes of a prompt."""
    return _task_tables()._construct_prompts(prompt)[0]


def _task_tables() -> Florence2Processor:
    """A processor with nothing but its task tables: they need neither tokenizer nor image processor."""
    processor = Florence2Processor.__new__(Florence2Processor)
    try:
        processor.__init__()
    except AttributeError:
        pass  # the tables are set before the missing image processor is looked at
    return processor


def _image_processor(directory: Path) -> CLIPImageProcessorPil:
    if (directory / "processor_config.json").is_file():
        settings = json.loads((directory / "processor_config.json").read_text())["image_processor"]
    else:
        settings = json.loads((directory / "preprocessor_config.json").read_text())
    names = ("do_resize", "size", "resample", "do_center_crop", "do_rescale", "rescale_factor", "do_normalize")
    known = {name: settings[name] for name in (*names, "image_mean", "image_std") if name in settings}
    return CLIPImageProcessorPil(**known, do_convert_rgb=True)


def _without_padding(ids: list[int], pad: int) -> list[int]:
    while len(ids) > 1 and ids[-1] == pad:
        ids = ids[:-1]
    return ids


def _load_native(directory: Path, config: dict, dtype: torch.dtype) -> Florence2ForConditionalGeneration:
    return Florence2ForConditionalGeneration.from_pretrained(directory, dtype=dtype)


def _load_original(directory: Path, config: dict, dtype: torch.dtype) -> Florence2ForConditionalGeneration:
    """The native model with the original's numbers: names mapped, the head as stored, final_logits_bias as its bias."""
    stored = {}
    for file in sorted(directory.glob("model*.safetensors")):
        stored |= load_file(file)
    stored = {name: tensor.to(dtype) for name, tensor in stored.items()}
    tensors = layouts.to_native(stored)
    language = "model.language_model."
    for name in ("encoder.embed_tokens.weight", "decoder.embed_tokens.weight"):
        tensors[language + name] = tensors[language + "shared.weight"]
    tensors.setdefault("lm_head.weight", tensors[language + "shared.weight"])
    with torch.device("meta"):
        model = Florence2ForConditionalGeneration(_as_native_config(config, tensors))
    model.load_state_dict(tensors, strict=True, assign=True)
    model.lm_head.bias = torch.nn.Parameter(stored["language_model.final_logits_bias"][0])
    return model


def _as_native_config(config: dict, tensors: dict[str, torch.Tensor]):
    """The native configuration of an original config.json; no embedding row is reserved for an image token there."""
    text = ORIGINAL_TEXT_DEFAULTS | config["text_config"]
    vision = ORIGINAL_VISION_DEFAULTS | config["vision_config"]
    first_ffn = tensors["model.vision_tower.blocks.0.0.spatial_block.ffn.fc1.weight"]
    shape = Shape(
        image=(0, 0), window=vision["window_size"], dims=tuple(vision["dim_embed"]),
        heads=tuple(vision["num_heads"]), groups=tuple(vision["num_groups"]), depths=tuple(vision["depths"]),
        width=text["d_model"], layers=(text["encoder_layers"], text["decoder_layers"]),
        text_heads=(text["encoder_attention_heads"], text["decoder_attention_heads"]),
        ffn=(text["encoder_ffn_dim"], text["decoder_ffn_dim"]), vocabulary=text["vocab_size"],
        original_vocabulary=text["vocab_size"], image_token=3, mlp_ratio=first_ffn.shape[0] / first_ffn.shape[1],
        positions=text["max_position_embeddings"],
        image_positions=vision["image_pos_embed"]["max_pos_embeddings"])  # fmt: skip
    return native_config(shape, shape.vocabulary, shape.image_token, False, text["scale_embedding"])
