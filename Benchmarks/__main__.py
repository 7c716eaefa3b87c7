"""Measures what Benchmarks/README.md describes, keeps each section's result, and writes results.md from all that is there.

    Benchmarks/run                                    everything: about an hour on two cores
    Benchmarks/run --only gemm,whole --shape large    two sections, one shape; the other results stay as they are
    Benchmarks/run --only none                        the page alone
    Benchmarks/run --against BINARY --only whole      two builds of vision-server in turns, nothing kept
    Benchmarks/run --smoke                            a few seconds, no peers, nothing kept
"""

import argparse
import sys
import time
from pathlib import Path

import machine
import places
import store

# Sections by name: whether one is measured by shape, and which.
SECTIONS = {
    "ceilings": (), "gemm": ("base", "large"), "vision": ("base", "large"), "whole": ("base", "large"),
    "decoding": ("base", "large"), "loading": ("base", "large"), "memory": ("base", "large"), "together": ("base",),
    "photographs": (), "http": (), "accuracy": (), "errors": ("base", "large"),
}  # fmt: skip


def measure(section: str, shape: str, options) -> dict:
    """One section; imports come late, so that each needs only what it uses."""
    rounds = options.rounds or (3 if shape == "large" else 5)
    match section:
        case "ceilings":
            import ceilings

            return {"rounds": ceilings.probe(rounds, 0.3)}
        case "gemm":
            import products

            return products.measure(shape, rounds)
        case "vision":
            import stages

            return stages.measure(shape, rounds)
        case "whole":
            import whole

            return whole.measure(shape, rounds)
        case "decoding":
            import decoding

            return decoding.measure(shape, rounds)
        case "loading":
            import loading

            return loading.measure(shape, rounds)
        case "memory":
            import loading

            return loading.measure_memory(shape)
        case "together":
            import together

            return together.measure(shape, rounds)
        case "photographs":
            import photographs

            return photographs.measure(4 * rounds)
        case "http":
            import service

            return service.measure(40 * rounds)
        case "accuracy":
            import accuracy

            return accuracy.measure(options.pictures)
        case "errors":
            import accuracy

            return accuracy.measure_errors(shape)


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="Benchmarks/run", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", metavar="SECTIONS", help=f"some of: {', '.join(SECTIONS)}; or none")
    parser.add_argument("--shape", choices=("base", "large"), help="one shape instead of both")
    parser.add_argument("--rounds", type=int, help="how often everybody takes a turn (5, large 3)")
    parser.add_argument("--pictures", type=int, default=300, help="pictures of the accuracy section (300)")
    parser.add_argument("--output", type=Path, default=places.REPOSITORY / "Benchmarks" / "results.md")
    parser.add_argument(
        "--against", type=Path, metavar="BINARY", help="another vision-server; sections whole and together, 9 rounds")
    parser.add_argument("--smoke", action="store_true", help="whether all of it still works, in a few seconds")
    options = parser.parse_args()
    if options.against and not options.against.is_file():
        parser.error(f"--against: there is no program {options.against}")
    options.only = list(SECTIONS) if options.only is None else [name for name in options.only.split(",") if name != "none"]
    if unknown := set(options.only) - set(SECTIONS):
        parser.error(f"--only: there is no section {', '.join(sorted(unknown))}")
    return options


def main() -> int:
    """Measures and writes the page."""
    options = parse()
    if options.smoke:
        import smoke

        return smoke.main()
    if options.against:
        import against

        shape = options.shape or "base"
        lines = against.measure(options.against, options.only, shape, options.rounds or 9)
        print("\n" + "\n".join(lines), flush=True)
        return 0
    if machine.load_average() > 0.5:
        print(f"Load average {machine.load_average():.1f}: other programs are busy, and ratios suffer, too.", flush=True)
    command = "Benchmarks/run " + " ".join(sys.argv[1:])
    failures = 0
    for section in options.only:
        wanted = [shape for shape in SECTIONS[section] if options.shape in (None, shape)]
        for shape in wanted if SECTIONS[section] else [""]:
            name = f"{section}-{shape}" if shape else section
            print(f"== {name}", flush=True)
            start = time.monotonic()
            disturbance = machine.Disturbance()
            try:
                data = measure(section, shape, options)
                store.save(name, command.strip(), data, others=disturbance.share())
            except RuntimeError as error:
                failures += 1
                print(f"{name}: {error}", flush=True)
            others = disturbance.share()
            busy = "" if others is None else f", others used {100 * others:.0f} % of the processors"
            print(f"== {name}: {time.monotonic() - start:.0f} s{busy}", flush=True)
    write_report(store.load_all(), options.output)
    return 1 if failures else 0


def write_report(results: dict[str, dict], output: Path) -> None:
    """The page, and its first table for the eye."""
    import report
    import targets

    ordered = {name: results[name] for section in SECTIONS for name in results if name.split("-")[0] == section}
    output.write_text(report.text(ordered))
    print("\n" + report.target_table(targets.rows(ordered)) + f"\nWritten to {output}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
