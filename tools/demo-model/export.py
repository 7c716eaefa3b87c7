"""Writes a checkpoint in transformers' layout (float16) from a training state.

    python export.py --work DIR --output Models/demo
"""

import argparse
import json
import shutil
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import GenerationConfig

from modeling import GENERATION, IMAGE_MEAN, IMAGE_SIZE, IMAGE_STD, IMAGE_TOKENS, make_model, padded_vocabulary_size

PREPROCESSOR = {
    "image_processor_type": "CLIPImageProcessor", "processor_class": "Florence2Processor", "do_convert_rgb": None,
    "do_resize": True, "size": {"height": IMAGE_SIZE, "width": IMAGE_SIZE}, "resample": 3,
    "do_center_crop": False, "crop_size": {"height": IMAGE_SIZE, "width": IMAGE_SIZE},
    "do_rescale": True, "rescale_factor": 1 / 255, "do_normalize": True, "image_mean": IMAGE_MEAN, "image_std": IMAGE_STD,
    "image_seq_length": IMAGE_TOKENS}
TOKENIZER = {
    "tokenizer_class": "PreTrainedTokenizerFast", "bos_token": "<s>", "eos_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>",
    "cls_token": "<s>", "sep_token": "</s>", "mask_token": "<mask>", "image_token": "<image>",
    "extra_special_tokens": {"image_token": "<image>"}, "model_max_length": 1024, "clean_up_tokenization_spaces": False}


def write_json(file, value):
    file.write_text(json.dumps(value, indent=2) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--output", type=Path, required=True)
    args = parser.parse_args()
    tokenizer = Tokenizer.from_file(str(args.work / "tokenizer.json"))
    model = make_model(padded_vocabulary_size(tokenizer), tokenizer.token_to_id("<image>"))
    model.load_state_dict(torch.load(args.work / "state.pt")["model"])
    model = model.half()
    model.config.dtype = "float16"
    model.generation_config = GenerationConfig(**GENERATION)
    model.save_pretrained(args.output)
    configuration = json.loads((args.output / "config.json").read_text())
    configuration["text_config"] |= GENERATION  # transformers moves these out of config.json; real checkpoints have them
    write_json(args.output / "config.json", configuration)
    write_json(args.output / "preprocessor_config.json", PREPROCESSOR)
    write_json(args.output / "tokenizer_config.json", TOKENIZER)
    shutil.copyfile(args.work / "tokenizer.json", args.output / "tokenizer.json")
    for file in sorted(args.output.iterdir()):
        print(f"{file.stat().st_size:>10,}  {file.name}")


if __name__ == "__main__":
    main()
