#!/usr/bin/env python3
"""Dashboard and alerts of packaging/grafana: by Prometheus' promtool, and against the metrics of a running server.

Needs a built vision-server (see Tests/HAProxy/fleet.py), and promtool (PROMTOOL, or on the path) for half of it.
"""

import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1] / "HAProxy"))
from fleet import ROOT, Server, free_ports, send  # noqa: E402

ALERTS = ROOT / "packaging/grafana/alerts.yml"
DASHBOARD = ROOT / "packaging/grafana/dashboard.json"
PROMTOOL = os.environ.get("PROMTOOL") or shutil.which("promtool")
# What Grafana fills in.
VARIABLES = {"$__rate_interval": "5m", "$instance": ".*"}
# Of Prometheus itself, and its language.
WORDS = set(
    "up and or unless sum rate increase changes time histogram_quantile label_values by on group_left ignoring".split())
# Labels that Prometheus adds.
ADDED_LABELS = {"job", "instance"}
SAMPLE = re.compile(r"^(\w+)(?:\{(.*)\})? \S+$")
LABEL = re.compile(r'(\w+)\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"')
SELECTOR = re.compile(r"(\w+)\s*\{([^}]*)\}")


def dashboard():
    return json.loads(DASHBOARD.read_text())


def dashboard_expressions():
    """As Prometheus gets them."""
    found = [target["expr"] for panel in dashboard()["panels"] for target in panel["targets"]]
    for name, value in VARIABLES.items():
        found = [expression.replace(name, value) for expression in found]
    return found


def alert_expressions():
    """The lines below `expr:`, by their indentation: Python has no YAML."""
    pattern = r"^ {8}expr: (?:\|\n((?: {10}.*\n)+)|(.*)\n)"
    return [block or line for block, line in re.findall(pattern, ALERTS.read_text(), re.MULTILINE)]


def names(expression):
    """Metrics in an expression: what is left of it without labels, ranges, numbers and the words of the language."""
    bare = re.sub(r"\{[^}]*\}|\[[^\]]*\]|\b(by|on|group_left)\s*\([^)]*\)|\b[\d.]+(e\d+)?\b", " ", expression)
    return set(re.findall(r"[a-zA-Z_]\w*", bare)) - WORDS


def promtool(*arguments):
    run = subprocess.run([PROMTOOL, *map(str, arguments)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return run.returncode, run.stdout


class MetricsTests(unittest.TestCase):
    """Whether what is asked for is there, in a server that has just started."""

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="monitoring-"))
        cls.addClassCleanup(shutil.rmtree, folder)
        server = Server("alone", free_ports(1)[0], folder)
        cls.addClassCleanup(server.log.close)
        cls.addClassCleanup(server.kill)
        server.start()
        cls.labels = {}
        for line in send(server.port, path="/metrics")[1].splitlines():
            sample = SAMPLE.match(line)
            if sample:
                series = cls.labels.setdefault(sample[1], {})
                for name, _, value in LABEL.findall(sample[2] or ""):
                    series.setdefault(name, set()).add(value)

    def test_every_metric_is_the_servers(self):
        expressions = dashboard_expressions() + alert_expressions()
        self.assertGreater(len(expressions), 30)
        for expression in expressions:
            self.assertLessEqual(names(expression), set(self.labels), expression)
            self.assertTrue(names(expression) or "up{" in expression, expression)

    def test_every_label_is_the_servers(self):
        for expression in dashboard_expressions() + alert_expressions():
            for metric, labels in SELECTOR.findall(expression):
                for name, operator, value in LABEL.findall(labels):
                    if name in ADDED_LABELS:
                        continue
                    values = self.labels[metric].get(name, ())
                    pattern = value if operator in ("=~", "!~") else re.escape(value)
                    self.assertTrue(any(re.fullmatch(pattern, each) for each in values), f"{metric} {name}={value}")


class DashboardTests(unittest.TestCase):
    def test_panels_have_places_of_their_own(self):
        taken = {}
        for panel in dashboard()["panels"]:
            place = panel["gridPos"]
            self.assertLessEqual(place["x"] + place["w"], 24)
            for x in range(place["x"], place["x"] + place["w"]):
                for y in range(place["y"], place["y"] + place["h"]):
                    self.assertNotIn((x, y), taken, panel["title"])
                    taken[x, y] = panel["id"]
        self.assertEqual(len(set(taken.values())), len(dashboard()["panels"]))

    def test_every_panel_asks_the_chosen_prometheus_for_the_chosen_servers(self):
        for panel in dashboard()["panels"]:
            self.assertEqual(panel["datasource"], {"type": "prometheus", "uid": "${datasource}"}, panel["title"])
            for target in panel["targets"]:
                for metric, labels in SELECTOR.findall(target["expr"]):
                    self.assertIn('job="vision-server",instance=~"$instance"', labels, f"{panel['title']}: {metric}")


@unittest.skipUnless(PROMTOOL, "promtool is not installed")
class PromtoolTests(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="promtool-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def file(self, name, content):
        """What promtool reads is YAML, and JSON is YAML."""
        path = self.folder / name
        path.write_text(json.dumps(content))
        return path

    def test_the_alerts_are_rules(self):
        status, said = promtool("check", "rules", ALERTS)
        self.assertEqual(status, 0, said)
        self.assertIn(f"SUCCESS: {len(alert_expressions())} rules found", said)

    def test_every_expression_of_the_dashboard_is_a_rule(self):
        rules = [{"record": f"panel:{i}", "expr": each} for i, each in enumerate(dashboard_expressions())]
        status, said = promtool("check", "rules", self.file("rules", {"groups": [{"name": "all", "rules": rules}]}))
        self.assertEqual(status, 0, said)
        self.assertIn(f"SUCCESS: {len(rules)} rules found", said)

    def test_alerts_fire_when_something_is_wrong_and_only_then(self):
        tests = [scenario(name, changes, firing) for name, (changes, firing) in SCENARIOS.items()]
        content = {"rule_files": [str(ALERTS)], "evaluation_interval": "1m", "tests": tests}
        status, said = promtool("test", "rules", self.file("tests", content))
        self.assertEqual(status, 0, said)

    def test_every_alert_fires_in_a_scenario(self):
        fired = {alert for _, firing in SCENARIOS.values() for alert in firing}
        self.assertEqual(fired, set(re.findall(r"- alert: (\w+)", ALERTS.read_text())))


# Series of a server that is well, minute by minute: value, or start+step x count.
WELL = {
    "up": "1x120",
    "process_start_time_seconds": "1000x120",
    "process_resident_memory_bytes": "2e9x120",
    "metrics_dropped_series_total": "0x120",
    "vision_model_loaded": "1x120",
    "vision_queue_size": "3x120",
    "vision_download_bytes": "0x120",
    "vision_download_size_bytes": "0x120",
    "vision_requests_cancelled_total": "0+1x120",
    'vision_requests_total{route="/process_image",status="200"}': "0+60x120",
    'vision_requests_total{route="/process_image",status="500"}': "0x120",
    'vision_requests_total{route="/process_image",status="503"}': "0x120",
    'vision_requests_total{route="/ready",status="503"}': "0+60x120",
    'vision_request_duration_seconds_bucket{route="/process_image",le="60"}': "0+60x120",
    'vision_request_duration_seconds_bucket{route="/process_image",le="120"}': "0+60x120",
    'vision_request_duration_seconds_bucket{route="/process_image",le="+Inf"}': "0+60x120",
    'vision_request_duration_seconds_bucket{route="/load",le="60"}': "0x120",
    'vision_request_duration_seconds_bucket{route="/load",le="120"}': "0+60x120",
    'vision_request_duration_seconds_bucket{route="/load",le="+Inf"}': "0+60x120",
}
REFUSED = 'vision_requests_total{route="/process_image",status="503"}'
UNLOADED = {"vision_model_loaded": "0x120", REFUSED: "0+10x120"}
# What is otherwise, and which alerts fire after an hour.
SCENARIOS = {
    "all is well": ({}, []),
    "it is down": ({"up": "0x120"}, ["VisionServerDown"]),
    "it starts again and again": ({"process_start_time_seconds": "1000+300x120"}, ["VisionServerRestarts"]),
    "it is full": ({REFUSED: "0+10x120", "vision_queue_size": "64x120"}, ["VisionRequestsRefused", "VisionQueueLong"]),
    "it was full for a moment": ({REFUSED: "0x55 10x65"}, []),
    "there is no model": (UNLOADED, ["VisionModelUnavailable"]),
    "the model is on its way": (
        {**UNLOADED, "vision_download_size_bytes": "9e9x120", "vision_download_bytes": "0+1e6x120"}, []),
    "the download is stuck": (
        {**UNLOADED, "vision_download_size_bytes": "9e9x120", "vision_download_bytes": "1e6x120"},
        ["VisionDownloadStuck"]),
    "requests fail": (
        {'vision_requests_total{route="/process_image",status="500"}': "0x58 1x62"}, ["VisionRequestsFailed"]),
    "answers are slow": (
        {'vision_request_duration_seconds_bucket{route="/process_image",le="60"}': "0+50x120"}, ["VisionAnswersSlow"]),
    "clients give up": ({"vision_requests_cancelled_total": "0+20x120"}, ["VisionClientsGiveUp"]),
    "memory grows": ({"process_resident_memory_bytes": "5.5e9x120"}, ["VisionMemoryHigh"]),
    "metrics are dropped": ({"metrics_dropped_series_total": "0x30 1x90"}, ["VisionMetricsDropped"]),
}


def scenario(name, changes, firing):
    """One test of `promtool test rules`: which alerts fire after an hour."""
    series = [{"series": labelled(each), "values": values} for each, values in {**WELL, **changes}.items()]
    samples = [{"labels": f'{{alertname="{alert}",instance="one:54880"}}', "value": 1} for alert in firing]
    expression = 'count by (alertname, instance) (ALERTS{alertstate="firing"})'
    question = {"expr": expression, "eval_time": "60m", "exp_samples": samples}
    return {"name": name, "interval": "1m", "input_series": series, "promql_expr_test": [question]}


def labelled(series):
    name, _, labels = series.partition("{")
    return f'{name}{{job="vision-server",instance="one:54880",{labels or "}"}'


if __name__ == "__main__":
    unittest.main()
