"""Trains the demo model on rendered scenes, on a CPU, in two phases.

    python train.py --data DIR --work DIR [--vision-steps 2000] [--steps 5000]

1. vision: only the vision tower and the projector, taught by landmarks.py (no language model: twice as fast).
2. all: everything; of each batch one pass through the vision tower and three tasks through the language model, with
   the landmarks still in the loss at a smaller weight.

WORK must hold tokenizer.json. The state is saved to WORK/state.pt every 100 steps; the same command goes on from there.
The learning rate follows the number of steps, so an interrupted or slowed run ends like any other.
"""

import argparse
import math
import os
import pickle
import random
import re
import time
from pathlib import Path

import numpy as np
import torch
import torch.distributed as dist
import torch.nn.functional as F
from tokenizers import Tokenizer
from torch import nn

from grammar import LOCATION_STEPS, TASKS, od_items, repeats_trigram
from landmarks import Landmarks, targets
from modeling import IMAGE_MEAN, IMAGE_SIZE, IMAGE_STD, WIDTH, make_model, padded_vocabulary_size
from muon import Muon
from render import squash
from scenes import Scene, Shape, draw_scene

TASK_WEIGHTS = {"<CAPTION>": 8, "<DETAILED_CAPTION>": 3, "<MORE_DETAILED_CAPTION>": 3, "<OD>": 8, "<OCR>": 1, "<GENERATE_TAGS>": 1.5,
                "<ANALYZE>": 1, "<MIXED_CAPTION>": 0.7, "<MIXED_CAPTION_PLUS>": 0.7}
TASKS_PER_BATCH = 3
VALIDATION_SEED, VALIDATION_SCENES = 10_000_000, 96
VISION_RATE, RATE, WARM_UP = 2e-3, 1.2e-3, 150
END = 2  # </s>
MEAN, STD = (torch.tensor(v).view(1, 3, 1, 1) for v in (IMAGE_MEAN, IMAGE_STD))


def position_code(side, width, strength=0.5):
    """A smooth code of row and column for side x side image tokens, strong enough to be seen beside their content.

    The usual small random start hides from the language model where a token lies, and <OD> then takes far longer to learn.
    """
    place = (torch.arange(side) + 0.5) / side
    waves = torch.cat([f(math.pi * k * place)[:, None] for k in (1, 2, 3, 4) for f in (torch.sin, torch.cos)], 1)
    rows, columns = waves[:, None].expand(-1, side, -1), waves[None].expand(side, -1, -1)
    code = torch.cat([rows, columns], -1).reshape(side * side, -1)
    mixed = (code - code.mean(0)) @ torch.randn(code.shape[1], width, generator=torch.Generator().manual_seed(1))
    return mixed / mixed.std() * strength


def moved(scene, move):
    """The scene with every box changed by `move`."""
    shapes = [Shape(s.kind, s.color, s.large, move(s.box)) for s in scene.shapes]
    word_box = move(scene.word_box) if scene.word else ()
    return Scene(scene.width, scene.height, scene.background, scene.style, shapes, scene.word, scene.word_place, word_box)


def mirrored(picture, scene):
    return picture[:, ::-1], moved(scene, lambda b: (1 - b[2], b[1], 1 - b[0], b[3]))


def shifted(picture, scene, rng, most=10):
    """A shift by some pixels; the edge is continued. Nothing leaves the picture."""
    boxes = [s.box for s in scene.shapes] + ([scene.word_box] if scene.word else [])
    low = [max([-most, *[math.ceil(-b[axis] * IMAGE_SIZE) for b in boxes]]) for axis in (0, 1)]
    high = [min([most, *[math.floor((1 - b[axis + 2]) * IMAGE_SIZE) for b in boxes]]) for axis in (0, 1)]
    dx, dy = (rng.randint(min(l, 0), max(h, 0)) for l, h in zip(low, high))
    places = np.arange(IMAGE_SIZE)
    picture = picture[(places - dy).clip(0, IMAGE_SIZE - 1)][:, (places - dx).clip(0, IMAGE_SIZE - 1)]
    fx, fy = dx / IMAGE_SIZE, dy / IMAGE_SIZE
    return picture, moved(scene, lambda b: (b[0] + fx, b[1] + fy, b[2] + fx, b[3] + fy))


class Scenes:
    """Batches of random scenes, shifted a little; those without a word are mirrored half of the time."""

    def __init__(self, folder):
        self.parts = [(np.load(file.with_suffix(".npy")), pickle.loads(file.read_bytes())) for file in sorted(folder.glob("*.pkl"))]
        assert not any(repeats_trigram(od_items(scene)) for _, scenes in self.parts for scene in scenes)

    def batch(self, step, size):
        rng = random.Random(step)
        pictures, scenes = [], []
        for _ in range(size):
            part_pictures, part_scenes = rng.choice(self.parts)
            i = rng.randrange(len(part_scenes))
            picture, scene = part_pictures[i], part_scenes[i]
            other_picture, other = mirrored(picture, scene) if not scene.word and rng.random() < 0.5 else (picture, scene)
            other_picture, other = shifted(other_picture, other, rng)
            if not repeats_trigram(od_items(other)):
                picture, scene = other_picture, other
            pictures.append(picture)
            scenes.append(scene)
        return np.stack(pictures), scenes


def pixel_values(pictures):
    return (torch.from_numpy(np.ascontiguousarray(pictures)).permute(0, 3, 1, 2).float() / 255 - MEAN) / STD


def vary_light(pixels):
    n = pixels.shape[0]
    return pixels * (1 + (torch.rand(n, 1, 1, 1) - 0.5) * 0.12) + (torch.rand(n, 3, 1, 1) - 0.5) * 0.16


class Trainer:
    def __init__(self, tokenizer):
        self.tokenizer = tokenizer
        self.model = make_model(padded_vocabulary_size(tokenizer), tokenizer.token_to_id("<image>"))
        self.landmarks = Landmarks()
        first = 2 + 1  # BART's offset, then the pooled token
        with torch.no_grad():
            self.model.model.language_model.encoder.embed_positions.weight[first:first + 36] += position_code(6, WIDTH)
        bins = [min(999, i * 1000 // LOCATION_STEPS) for i in range(LOCATION_STEPS + 1)]
        self.locations = torch.tensor([tokenizer.token_to_id(f"<loc_{i}>") for i in bins])
        self.neighbours = self.neighbouring_locations()

    def neighbouring_locations(self):
        """For each token the two tokens that are almost right: the next locations of a location, else itself."""
        table = torch.arange(padded_vocabulary_size(self.tokenizer)).repeat(2, 1)
        table[0, self.locations[1:]] = self.locations[:-1]
        table[1, self.locations[:-1]] = self.locations[1:]
        return table

    def image_tokens(self, pixels):
        core = self.model.model
        return core.multi_modal_projector(core.vision_tower(pixels).last_hidden_state)

    def encode(self, image_tokens, task):
        language_model = self.model.model.language_model
        prompt = torch.tensor(self.tokenizer.encode(TASKS[task][0]).ids)
        embedded = language_model.shared(prompt)[None].expand(image_tokens.shape[0], -1, -1)
        return language_model.encoder(inputs_embeds=torch.cat([image_tokens, embedded], 1)).last_hidden_state

    def text_loss(self, image_tokens, task, scenes):
        """(loss, part of the tokens right; for <OD> the distance instead); the first token is always <s>, forced when generating, so it does not count."""
        ids = [torch.tensor(e.ids) for e in self.tokenizer.encode_batch([TASKS[task][1](scene) for scene in scenes])]
        labels = nn.utils.rnn.pad_sequence(ids, batch_first=True, padding_value=-100)
        fed = torch.cat([torch.full((len(ids), 1), 2), labels[:, :-1].masked_fill(labels[:, :-1] < 0, 1)], 1)
        decoder = self.model.model.language_model.decoder
        states = decoder(input_ids=fed, encoder_hidden_states=self.encode(image_tokens, task), use_cache=False).last_hidden_state
        counts = labels >= 0
        counts[:, 0] = False
        wanted = labels[counts]
        logits = self.model.lm_head(states[counts]).float()
        scores = logits.log_softmax(-1)
        pick = lambda tokens: scores.gather(1, tokens[:, None]).squeeze(1)
        loss = -(0.9 * pick(wanted) + 0.05 * pick(self.neighbours[0][wanted]) + 0.05 * pick(self.neighbours[1][wanted])).mean()
        # With 3 beams and early stopping three junk answers end a search: </s> must be the last thing to try in mid-answer.
        loss = loss + 0.05 * F.softplus(scores[wanted != END, END] + 18).mean()
        if task == "<OD>":
            distance = self.distance(logits, wanted)
            return loss + 10 * distance, distance.item()
        return loss, (logits.argmax(-1) == wanted).float().mean().item()

    def distance(self, logits, wanted):
        """How far the expected location is from the wanted one, as a part of the picture: says which way to move, and how much."""
        here, place = (wanted[:, None] == self.locations).nonzero(as_tuple=True)
        expected = logits[here][:, self.locations].softmax(-1) @ torch.arange(len(self.locations)).float()
        return (expected - place).abs().sum() / max(1, len(here)) / LOCATION_STEPS

    @torch.no_grad()
    def greedy(self, image_tokens, task, longest=60):
        language_model, n = self.model.model.language_model, image_tokens.shape[0]
        encoded = self.encode(image_tokens, task)
        out = fed = torch.tensor([[2, 0]] * n)
        cache, done = None, torch.zeros(n, dtype=torch.bool)
        for _ in range(longest):
            states = language_model.decoder(input_ids=fed, encoder_hidden_states=encoded, past_key_values=cache, use_cache=True)
            cache = states.past_key_values
            token = self.model.lm_head(states.last_hidden_state[:, -1]).argmax(-1)
            token[done] = 1
            done |= token == 2
            fed = token[:, None]
            out = torch.cat([out, fed], 1)
            if done.all():
                break
        return [self.tokenizer.decode([t for t in row.tolist() if t > 3], skip_special_tokens=False) for row in out]

    @torch.no_grad()
    def validate(self, pixels, scenes):
        self.model.eval()
        tokens = self.image_tokens(pixels)
        right = {}
        for task in ("<CAPTION>", "<MORE_DETAILED_CAPTION>", "<OCR>"):
            answers = self.greedy(tokens, task)
            right[task] = round(sum(a == TASKS[task][1](s) for a, s in zip(answers, scenes)) / len(scenes), 3)
        self.model.train()
        return right

    def parameters(self, phase):
        core = self.model.model
        modules = {"tower": core.vision_tower, "projector": core.multi_modal_projector} if phase == "vision" else {"model": self.model}
        return {f"{name}.{n}": p for name, module in {**modules, "landmarks": self.landmarks}.items() for n, p in module.named_parameters()}


class Optimizers:
    """Muon for the matrices inside the blocks, AdamW for the rest: embeddings, convolutions, heads, norms, biases."""

    def __init__(self, named_parameters):
        inner = {n: p for n, p in named_parameters.items() if p.ndim == 2 and re.search(r"attn|_proj\.|fc[12]", n)}
        others = [p for n, p in named_parameters.items() if n not in inner]
        adam = torch.optim.AdamW([{"params": [p for p in others if p.ndim > 1], "weight_decay": 0.02},
                                  {"params": [p for p in others if p.ndim <= 1], "weight_decay": 0}], lr=0, betas=(0.9, 0.98))
        self.both = [Muon(list(inner.values()), weight_decay=0.02), adam]

    def step(self, rate):
        for optimizer in self.both:
            for group in optimizer.param_groups:
                group["lr"] = rate
            optimizer.step()

    def state_dict(self):
        return [optimizer.state_dict() for optimizer in self.both]

    def load_state_dict(self, states):
        for optimizer, state in zip(self.both, states):
            optimizer.load_state_dict(state)


def learning_rate(phase, step, steps):
    warm = min(1, (step + 1) / WARM_UP)
    if phase == "vision":
        return VISION_RATE * warm * (1 - 0.7 * step / steps)
    return RATE * warm * (0.01 + 0.99 * 0.5 * (1 + math.cos(math.pi * min(1, step / steps))))


def average(rows):
    names = dict.fromkeys(name for row in rows for name in row)
    return {name: round(float(np.nanmean([row[name] for row in rows if name in row])), 3) for name in names}


def share_gradients(parameters, processes):
    """Averages the gradients over all processes, as one message."""
    for p in parameters:
        if p.grad is None:
            p.grad = torch.zeros_like(p)
    if processes > 1:
        flat = nn.utils.parameters_to_vector([p.grad for p in parameters])
        dist.all_reduce(flat)
        nn.utils.vector_to_parameters(flat / processes, [p.grad for p in parameters])


def train(rank, args, data, validation):
    """One of the training processes. Each takes its part of every batch; the first one writes the log and the state."""
    torch.set_num_threads(1)
    torch.manual_seed(0)
    if args.processes > 1:
        store = dist.TCPStore("127.0.0.1", args.port, args.processes, rank == 0)
        dist.init_process_group("gloo", store=store, rank=rank, world_size=args.processes)
    trainer = Trainer(Tokenizer.from_file(str(args.work / "tokenizer.json")))
    state_file, log_file = args.work / "state.pt", args.work / "train.log"
    phase, first_step, optimizer_state = "vision", 0, None
    if state_file.exists():
        state = torch.load(state_file)
        trainer.model.load_state_dict(state["model"])
        trainer.landmarks.load_state_dict(state["landmarks"])
        phase, first_step, optimizer_state = state["phase"], state["step"], state["optimizer"]
    if args.processes > 1:
        dist.barrier()  # nobody may save before everybody has loaded

    def log(*words):
        if rank == 0:
            line = " ".join(map(str, words))
            print(line, flush=True)
            with log_file.open("a") as f:
                f.write(line + "\n")

    def save(optimizer, step):
        if rank == 0:
            partial = state_file.with_suffix(".partial")
            torch.save({"model": trainer.model.state_dict(), "landmarks": trainer.landmarks.state_dict(),
                        "optimizer": optimizer.state_dict(), "phase": phase, "step": step}, partial)
            os.replace(partial, state_file)

    log(f"{sum(p.numel() for p in trainer.model.parameters()):,} parameters; {len(data.parts)} parts; from {phase} step {first_step}")
    trainer.model.train()
    while True:
        steps = args.vision_steps if phase == "vision" else args.steps
        named_parameters = trainer.parameters(phase)
        parameters = list(named_parameters.values())
        optimizer = Optimizers(named_parameters)
        if optimizer_state:
            optimizer.load_state_dict(optimizer_state)
            optimizer_state = None
        rows, started = [], time.time()
        for step in range(first_step, steps):
            torch.manual_seed(step * args.processes + rank)
            pictures, scenes = data.batch(step + (0 if phase == "vision" else 1_000_000), args.batch_size)
            pictures, scenes = pictures[rank::args.processes], scenes[rank::args.processes]
            with torch.autocast("cpu", torch.bfloat16):
                tokens = trainer.image_tokens(vary_light(pixel_values(pictures)))
                loss, row = trainer.landmarks(tokens, targets(scenes))
                row["landmarks"] = loss.item()
                if phase == "all":
                    loss = loss * args.landmarks_weight
                    rng, tasks = random.Random(step), set()
                    while len(tasks) < TASKS_PER_BATCH:
                        tasks.add(rng.choices(list(TASK_WEIGHTS), list(TASK_WEIGHTS.values()))[0])
                    for task in sorted(tasks):
                        task_loss, right = trainer.text_loss(tokens, task, scenes)
                        loss = loss + task_loss
                        row |= {task: task_loss.item(), task + " right": right}
            for p in parameters:
                p.grad = None
            loss.backward()
            share_gradients(parameters, args.processes)
            nn.utils.clip_grad_norm_(parameters, 1.0)
            optimizer.step(learning_rate(phase, step, steps))
            rows.append(row)
            if (step + 1) % 100 == 0:
                save(optimizer, step + 1)
                log(phase, step + 1, f"{len(rows) / (time.time() - started):.2f} steps/s", average(rows))
                rows, started = [], time.time()
            if phase == "all" and (step + 1) % 500 == 0 and rank == 0:
                log("validation", step + 1, trainer.validate(*validation))
        save(optimizer, steps)
        if phase == "all":
            break
        phase, first_step = "all", 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--vision-steps", type=int, default=2000)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--batch-size", type=int, default=32)
    parser.add_argument("--landmarks-weight", type=float, default=0.3)
    parser.add_argument("--processes", type=int, default=2, help="with one thread each: cheaper than one process with threads")
    parser.add_argument("--port", type=int, default=29631)
    args = parser.parse_args()
    torch.set_num_threads(1)
    data = Scenes(args.data)
    drawn = [draw_scene(VALIDATION_SEED + i) for i in range(VALIDATION_SCENES)]
    validation = pixel_values(np.stack([squash(image) for image, _ in drawn])), [scene for _, scene in drawn]
    context = torch.multiprocessing.get_context("fork")  # all processes share the pictures in memory
    processes = [context.Process(target=train, args=(rank, args, data, validation)) for rank in range(args.processes)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    if any(process.exitcode for process in processes):
        raise SystemExit("a training process failed")


if __name__ == "__main__":
    main()
