"""Vision tower and encoder of one picture: every precision of ours beside PyTorch, OpenVINO and ONNX Runtime."""

import ceilings
import machine
import models
import server
from places import WORK
from timing import Contestant, alternate


def measure(shape: str, rounds: int) -> dict:
    """Seconds of `vision` (the projector included) and `encoder`, and the ceilings, by round."""
    directory, picture = models.directory(shape), models.picture()
    contestants = [Contestant("ceilings", lambda: ceilings.probe(1)[0])]
    for precision in server.supported_precisions(picture):
        contestants.append(Contestant(precision, lambda precision=precision: ours(directory, picture, precision)))
    return {"rounds": alternate(contestants + peers(shape, directory, picture), rounds)}


def ours(directory, picture, precision: str) -> dict[str, float]:
    """The stages of the second of two pictures in one process, which is warm like the others."""
    seconds = server.caption(directory, [picture, picture], precision, 1, 2)[-1]["seconds"]
    return {stage: seconds[stage] for stage in ("vision", "encoder")}


def peers(shape: str, directory, picture) -> list[Contestant]:
    """Those that can be made here; the others with a line that says why not."""
    import peers as runtimes
    from pytorch import PyTorch

    found = []
    reference = None
    for precision in ("fp32", "bf16"):
        model = PyTorch(directory, precision, machine.threads())
        reference = reference or model.reference
        model.time(picture, 0)
        found.append(Contestant(f"PyTorch {precision}", lambda model=model: only_parts(model.time(picture, 0))))
    inputs = example_inputs(reference, picture)
    folder = WORK / f"peers-{shape}"
    folder.mkdir(parents=True, exist_ok=True)
    for kind in runtimes.KINDS:
        try:
            found.append(Contestant(kind, runtimes.make(kind, reference, folder, inputs).time))
        except Exception as error:  # noqa: BLE001 (one peer must not end the run)
            print(f"Without {kind}: {type(error).__name__}: {error}", flush=True)
    return found


def only_parts(seconds: dict[str, float]) -> dict[str, float]:
    """Vision and encoder."""
    return {stage: seconds[stage] for stage in ("vision", "encoder")}


def example_inputs(reference, picture) -> dict:
    """What the two parts are fed with, as numpy arrays."""
    import torch

    from server import PROMPT

    pixel_values = reference.pixel_values(picture)
    features = reference.image_features(pixel_values)
    with torch.no_grad():
        words = reference.model.get_input_embeddings()(torch.tensor([reference.prompt_ids(PROMPT)]))
    return {"vision": pixel_values.numpy(), "encoder": torch.cat((features, words), dim=1).numpy()}
