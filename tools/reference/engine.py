"""The program under test, called as a user calls it."""

import json
import subprocess
import tempfile
from pathlib import Path

import torch
from safetensors.torch import load_file


class EngineError(Exception):
    """The program ended with an error, or with an answer that cannot be read."""


class Engine:
    """`vision-server` in its two modes without HTTP, on one model directory."""

    def __init__(self, binary: Path, model: Path | str, precision: str = "fp32"):
        self.binary = binary
        self.model = model
        self.precision = precision

    def caption(self, pictures: list[Path], prompt: str, **settings: float | None) -> list[dict]:
        """One JSON object a picture, in order; a setting is a flag of the same name, unless it is None."""
        arguments = ["caption", *map(str, pictures), "--model", str(self.model), "--prompt", prompt, "--json"]
        for name, value in settings.items():
            if value is not None:
                arguments.append(f"--{name.replace('_', '-')}={value}")
        lines = self._run(arguments).splitlines()
        answers = [json.loads(line) for line in lines if line.startswith("{")]
        if len(answers) != len(pictures):
            raise EngineError(f"{len(pictures)} pictures, {len(answers)} answers: {lines[-1] if lines else 'nothing'}")
        return answers

    def inspect(self, picture: Path, prompt: str, decoder_ids: list[int]) -> dict[str, torch.Tensor]:
        """The tensors that one picture, prompt and decoder input lead to."""
        with tempfile.TemporaryDirectory() as folder:
            output = Path(folder) / "tensors.safetensors"
            self._run([
                "inspect", "--model", str(self.model), "--image", str(picture), "--prompt", prompt,
                "--decoder-ids", ",".join(map(str, decoder_ids)), "--output", str(output),
            ])  # fmt: skip
            return load_file(output)

    def _run(self, arguments: list[str]) -> str:
        try:
            command = [str(self.binary), *arguments, "--precision", self.precision]
            result = subprocess.run(command, capture_output=True, text=True)
        except OSError as error:
            raise EngineError(f"cannot be started: {error.strerror}") from error
        if result.returncode != 0:
            reason = (result.stderr.strip() or result.stdout.strip()).splitlines()
            raise EngineError(f"exit status {result.returncode}: {reason[-1] if reason else 'no message'}")
        return result.stdout
