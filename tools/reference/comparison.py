"""What counts as equal, and the list of what was found."""

from dataclasses import dataclass, field

import torch

FEATURE_LIMIT = 1e-4  # of the largest magnitude in the reference's tensor
LOGIT_LIMIT = 1e-3  # of the range of the reference's logits
ORDER = ("pixel_values", *(f"vision.stage.{stage}" for stage in range(4)), "image_features", "encoder_states", "logits")


@dataclass
class Check:
    """One line of the table."""

    model: str
    what: str
    passed: bool
    detail: str


@dataclass
class Report:
    """All lines so far; each is printed as it comes."""

    checks: list[Check] = field(default_factory=list)

    def add(self, model: str, what: str, passed: bool, detail: str) -> None:
        """Adds and prints a line."""
        check = Check(model, what, passed, detail)
        self.checks.append(check)
        print(line(check), flush=True)

    def tensors(self, model: str, ours: dict[str, torch.Tensor], theirs: dict[str, torch.Tensor]) -> None:
        """Compares every tensor of the reference, in the order in which they are computed."""
        for name in ORDER:
            if name not in ours:
                self.add(model, name, False, "missing")
            elif ours[name].shape != theirs[name].shape:
                self.add(model, name, False, f"shape {list(ours[name].shape)}, not {list(theirs[name].shape)}")
            else:
                self._tensor(model, name, ours[name].double(), theirs[name].double())

    def _tensor(self, model: str, name: str, ours: torch.Tensor, theirs: torch.Tensor) -> None:
        difference = (ours - theirs).abs().max().item()
        if name == "pixel_values":
            self.add(model, name, difference == 0, "equal" if difference == 0 else f"differs by {difference:.2e}")
            return
        span = (theirs.max() - theirs.min()) if name == "logits" else theirs.abs().max()
        limit = LOGIT_LIMIT if name == "logits" else FEATURE_LIMIT
        error = difference / span.item()
        detail = f"{error:.1e} (limit {limit:.0e})"
        if name == "logits":
            detail += f", {theirs.argmax(dim=-1).unique().numel()} different best tokens in {theirs.shape[0]} rows"
        self.add(model, name, error <= limit, detail)

    def tokens(self, model: str, what: str, ours: list[list[int]], theirs: list[list[int]], names: list[str]) -> bool:
        """Compares lists of ids and names the first difference; whether all are identical."""
        wrong = [index for index, (left, right) in enumerate(zip(ours, theirs)) if left != right]
        distinct = len(set(map(tuple, theirs)))
        detail = f"{len(theirs) - len(wrong)} of {len(theirs)} identical"
        detail += f" ({distinct} different answers, {sum(map(len, theirs))} tokens)"
        if wrong:
            detail += "; " + first_difference(names[wrong[0]], ours[wrong[0]], theirs[wrong[0]])
        self.add(model, what, not wrong and bool(theirs), detail)
        return not wrong

    @property
    def failures(self) -> int:
        """How many lines failed."""
        return sum(not check.passed for check in self.checks)

    def print_table(self) -> None:
        """One line a model, its worst findings, then the failed lines; the counts come last."""
        print("\n" + "-" * 100)
        for model in dict.fromkeys(check.model for check in self.checks):
            checks = [check for check in self.checks if check.model == model]
            passed = sum(check.passed for check in checks)
            print(f"{model:44} {passed:3} of {len(checks):3} passed   {summary(checks)}")
        for check in self.checks:
            if not check.passed:
                print(line(check))
        print(f"{len(self.checks) - self.failures} passed, {self.failures} failed", flush=True)


def line(check: Check) -> str:
    """A line of the running report."""
    return f"{'ok  ' if check.passed else 'FAIL'} {check.model:44} {check.what:26} {check.detail}"


def summary(checks: list[Check]) -> str:
    """The error of features and logits."""
    details = {check.what: check.detail.split(" ")[0] for check in checks}
    named = (("features", "image_features"), ("logits", "logits"))
    return ", ".join(f"{label} {details[what]}" for label, what in named if what in details)


def first_difference(name: str, ours: list[int], theirs: list[int]) -> str:
    """Where two lists of ids part."""
    place = next((index for index, pair in enumerate(zip(ours, theirs)) if pair[0] != pair[1]), None)
    place = min(len(ours), len(theirs)) if place is None else place
    return f"{name} differs at token {place}: {ours[place : place + 3]}, reference {theirs[place : place + 3]}"
