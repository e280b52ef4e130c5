#!/usr/bin/env python3
"""Runs a runner whose scenarios end in every way there is, and reads what it says.

usage: suite_test.py FIXTURE_RUNNER
"""

import collections
import json
import os
import pathlib
import pty
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import unittest
import xml.etree.ElementTree as ElementTree

RUNNER = os.path.abspath(sys.argv.pop())
# As a user's, without what Bazel says to this test.
ENVIRONMENT = {"PATH": os.environ.get("PATH", "")}
for name in ("ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        ENVIRONMENT[name] = os.environ[name]

# Seeds make Fails say something else, and a timeout of one second ends Hangs.
USUAL = ["--filter=-SpoilsTheEnd", "--timeout=1", "--seed=7"]
STRANGE = "a\\x00b\\x1b[1m\\xff\\xef\\xbf\\xbf\"'<&>]]>\\\t\n#c"
OUTCOMES = {
    "Tls12/Passes": "passed", "Tls13/Passes": "passed", "Tls12/PassesInTls12": "passed",
    "Tls13/Fails": "failed", "Mixed/WritesStrangeText": "failed", "Tls13/Aborts": "crashed",
    "Tls13/EndsItsProcess": "crashed", "Tls13/Throws": "crashed", "Tls12/Hangs": "timed out",
    "Tls13/IsExcepted": "excepted", "Tls13/IsExceptedForAnother": "failed",
    "Tls13/IsStale": "stale exception",
}
PAIRS = ["red_red", "red_blue", "blue_red", "blue_blue"]


def run(*arguments, environment=None):
    return subprocess.run([RUNNER, *arguments], env={**ENVIRONMENT, **(environment or {})},
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", check=False)


def run_json(*arguments, environment=None):
    return json.loads(run("--format=json", *arguments, environment=environment).stdout)


def without_times(value):
    if isinstance(value, dict):
        return {key: without_times(each) for key, each in value.items() if key != "seconds"}
    return [without_times(each) for each in value] if isinstance(value, list) else value


class Formats(unittest.TestCase):
    maxDiff = None

    def test_json_has_every_run(self):
        done = run("--format=json", *USUAL)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stderr, "")
        whole = json.loads(done.stdout)
        self.assertEqual([f"{each['client']}_{each['server']}" for each in whole["runs"]],
                         [pair for pair in PAIRS for _ in OUTCOMES])
        for each in whole["runs"]:
            self.assertEqual(each["outcome"], OUTCOMES[each["name"]], each)
            self.assertEqual(each["outcome"] == "passed", "failures" not in each)
        strange = next(each for each in whole["runs"] if each["scenario"] == "WritesStrangeText")
        self.assertEqual(strange["failures"][0]["text"], STRANGE)
        totals = without_times(whole["totals"])
        self.assertEqual(totals, {"scenarios": 11, "pairs": 4, "runs": 48, "schedules": 0,
                                  "passed": 12, "excepted": 4, "failed": 32, "not_run": 0})

    def test_junit_is_xml_with_a_suite_for_each_pair(self):
        done = run("--format=junit", *USUAL)
        self.assertEqual(done.returncode, 1)
        root = ElementTree.fromstring(done.stdout)
        self.assertEqual([suite.get("name") for suite in root], PAIRS)
        self.assertEqual((root.get("tests"), root.get("failures")), ("48", "32"))
        for suite in root:
            self.assertEqual((suite.get("tests"), suite.get("failures")), ("12", "8"))
            for case in suite:
                self.assertEqual(case.get("classname"), suite.get("name"))
                outcome = OUTCOMES[case.get("name").replace(".", "/")]
                failure = case.find("failure")
                self.assertEqual(failure is None, outcome in ("passed", "excepted"))
                if failure is not None:
                    self.assertEqual(failure.get("type"), outcome)
        self.assertIn(STRANGE, root.find(".//*[@name='Mixed.WritesStrangeText']/failure").text)

    def test_tap_is_numbered_and_its_diagnoses_can_be_read(self):
        lines = run("--format=tap", *USUAL).stdout.splitlines()
        self.assertEqual(lines[:2], ["TAP version 14", "1..48"])
        tests = [line for line in lines if re.match("(not )?ok ", line)]
        self.assertEqual([int(re.search(r"\d+", line).group()) for line in tests],
                         list(range(1, 49)))
        bad = [line for line in tests if line.startswith("not ok") and "# TODO" not in line]
        self.assertEqual(len(bad), 32)
        self.assertEqual(sum(line == "  ---" for line in lines), 36)
        self.assertEqual(sum(line == "  ..." for line in lines), 36)
        texts = [json.loads(line[6:]) for line in lines if line.startswith('    - "')]
        self.assertEqual(sum(text.endswith(STRANGE) for text in texts), 4)
        for line in lines[2:]:
            self.assertRegex(line, r'^(ok|not ok|  ---|  \.\.\.|  \w+:|    - ")')

    def test_the_table_ends_with_the_numbers(self):
        done = run(*USUAL, "--verbose")
        last = done.stdout.splitlines()[-1]
        self.assertRegex(last, r"^11 scenarios, 4 pairs, 48 runs, 0 schedules, 12 passed, "
                               r"4 excepted, 32 failed, in \d+\.\d s \(seed 7\)$")
        self.assertIn("FAILED: red client, blue server, Tls13/Fails\n", done.stdout)
        self.assertIn("excepted:\n  IsExcepted (4 runs)\n    that is how it is\n", done.stdout)
        self.assertIn("the slowest:\n  1.0", done.stdout)
        self.assertRegex(done.stdout, r"\nall versions +red server +blue server\n"
                                      r"  red client +3 passed, 1 excepted, 8 failed +3 passed")

    def test_a_file_takes_the_format_and_the_terminal_the_table(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "out")
            done = run("--filter=Passes", "--format=json", "--output=out",
                       environment={"BUILD_WORKING_DIRECTORY": folder})
            self.assertEqual(done.returncode, 0)
            self.assertEqual(json.loads(pathlib.Path(path).read_text())["totals"]["passed"], 8)
            self.assertIn("8 passed", done.stdout)
            self.assertEqual(run("--filter=Passes", f"--output={folder}").returncode, 2)


class Runs(unittest.TestCase):
    maxDiff = None

    def test_the_number_of_processes_makes_no_difference(self):
        one = run_json(*USUAL, "--jobs=1")
        self.assertEqual(without_times(run_json(*USUAL, "--jobs=5")), without_times(one))
        calm = ["--filter=Passes:Fails:IsStale:IsExcepted"]
        self.assertEqual(without_times(run_json(*calm, "--jobs=0")),
                         without_times(run_json(*calm, "--jobs=3")))

    def test_a_failure_is_replayed_by_its_line(self):
        table = run("--filter=Fails", "--client=red", "--server=blue", "--seed=3").stdout
        command = re.search(r"^  replay: (.*)$", table, re.MULTILINE).group(1)
        self.assertEqual(shlex.split(command),
                         [RUNNER, "--client=red", "--server=blue", "--filter=Tls13/Fails",
                          "--seed=3"])
        again = run(*shlex.split(command)[1:]).stdout
        self.assertEqual(re.sub(r"in .* s", "", again), re.sub(r"in .* s", "", table))
        self.assertIn("the parity of the seed: is 1, should be 2", again)

    def test_each_repetition_takes_the_next_seed(self):
        whole = run_json("--filter=Tls13/Passes", "--client=red", "--seed=5", "--repeat=3")
        self.assertEqual([each["seed"] for each in whole["runs"]], [5, 5, 6, 6, 7, 7])
        self.assertIn("(seeds 5 to 7)", run("--filter=Passes", "--seed=5", "--repeat=3").stdout)

    def test_a_drawn_seed_is_told(self):
        done = run("--filter=Passes", "--seed=random")
        seed = re.match(r"--seed=(\d+), drawn\n$", done.stderr).group(1)
        self.assertIn(f"(seed {seed})", done.stdout)

    def test_it_stops_at_the_first_failure(self):
        whole = run_json("--filter=Fails:Passes", "--stop", "--jobs=1")
        self.assertEqual(whole["totals"]["failed"], 1)
        self.assertEqual(whole["totals"]["runs"] + whole["totals"]["not_run"], 12)
        self.assertEqual(whole["runs"][-1]["outcome"], "failed")

    def test_a_process_that_ends_badly_is_a_failure(self):
        done = run("--filter=SpoilsTheEnd:Passes", "--format=json", "--jobs=1")
        whole = json.loads(done.stdout)
        self.assertEqual(done.returncode, 1)
        self.assertEqual({each["outcome"] for each in whole["runs"]}, {"passed"})
        self.assertEqual([each["name"] for each in whole["complaints"]], ["ProcessEndedBadly"])
        self.assertIn("exit status 7; it printed:\nspoiled", whole["complaints"][0]["text"])
        for form in ("junit", "tap", "table"):
            self.assertIn("spoiled", run("--filter=SpoilsTheEnd", f"--format={form}").stdout)

    def test_an_interrupt_ends_all_processes(self):
        master, slave = pty.openpty()
        held, copy = os.pipe()
        with subprocess.Popen([RUNNER, "--filter=Hangs", "--jobs=3"], env=ENVIRONMENT,
                              stderr=slave, pass_fds=[copy]) as runner:
            os.close(slave)
            os.close(copy)
            seen = b""
            while b"0 of 4, 0 failed, 0 s: red_red Tls12/Hangs" not in seen:
                seen += os.read(master, 1000)
            runner.send_signal(signal.SIGINT)
            self.assertEqual(runner.wait(), -signal.SIGINT)
        self.assertEqual(os.read(held, 1), b"")  # the end: nobody has a copy any more
        os.close(held)
        os.close(master)


    def test_what_cannot_be_printed_is_no_success(self):
        for flag in ("--help", "--list", "--filter=Passes"):
            with open("/dev/full", "w", encoding="utf-8") as full:
                done = subprocess.run([RUNNER, flag], env=ENVIRONMENT, stdout=full,
                                      stderr=subprocess.PIPE, encoding="utf-8", check=False)
            self.assertEqual((done.returncode, done.stderr),
                             (1, "standard output cannot be written\n"))


class Nonsense(unittest.TestCase):
    def check(self, arguments, complaint):
        done = run(*arguments)
        self.assertEqual(done.returncode, 2, arguments)
        self.assertEqual(done.stdout, "")
        self.assertEqual(done.stderr.count("\n"), 1)
        self.assertIn(complaint, done.stderr)

    def test_is_said_in_one_line(self):
        self.check(["--clint=red"], "is --client meant?")
        self.check(["--client=green"], "--client=green: there is no such backend here: red, blue")
        self.check(["--server=red,green"], "--server=green: there is no such backend here")
        self.check(["--filter=Hags"], "the nearest names are Hangs,")
        self.check(["--repeat=1000000"], "more than 2000000 runs")
        self.check(["--exceptions=/no/file"], "cannot be read")

    def test_help_and_list_are_none(self):
        self.assertEqual(run("--help").returncode, 0)
        done = run("--list", "--filter=Passes*:Hangs-Tls12/Passes")
        self.assertEqual([re.split("  +", line) for line in done.stdout.splitlines()],
                         [["Passes", "each version", "4 runs"],
                          ["PassesInTls12", "TLS 1.2", "4 runs"], ["Hangs", "TLS 1.2", "4 runs"]])


class ExceptionsOfAFile(unittest.TestCase):
    def run_with(self, text, *arguments):
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(text)
            file.flush()
            return run(f"--exceptions={file.name}", "--timeout=1", *arguments)

    def test_are_obeyed(self):
        done = self.run_with("Fails | red | * | Tls13 | so it is\n", "--filter=Fails",
                             "--format=json")
        outcomes = [each["outcome"] for each in json.loads(done.stdout)["runs"]]
        self.assertEqual(outcomes, ["excepted", "excepted", "failed", "failed"])
        self.assertIn("--exceptions=", done.stdout)

    def test_cover_no_failure_that_they_do_not_show(self):
        done = self.run_with("Fails | red | red | Tls13 | so it is | shows: the parity of\n"
                             "Fails | * | blue | Tls13 | so it is | shows: the weather\n",
                             "--filter=Fails", "--format=json")
        runs = json.loads(done.stdout)["runs"]
        self.assertEqual([each["outcome"] for each in runs],
                         ["excepted", "failed", "failed", "failed"])
        self.assertIn("does not allow all of this: so it is", runs[1]["failures"][-1]["text"])

    def test_have_their_mistakes_named(self):
        done = self.run_with("# fine\nFails | red\n", "--filter=Fails")
        self.assertEqual(done.returncode, 2)
        self.assertRegex(done.stderr, r"^/\S+:2: there is no server; a line is ")

    def test_that_cover_nothing_are_failures_of_the_whole_list(self):
        text = ("NoSuchScenario | * | * | Each | gone\nHangs | red | * | Tls13 | never runs\n"
                "NoSuchScenario | green | * | Each | of nobody here\n")
        whole = json.loads(self.run_with(text, "--format=json").stdout)
        useless = [each["text"] for each in whole["complaints"]
                   if each["name"] == "ExceptionCoversNoRun"]
        self.assertEqual(len(useless), 2)
        self.assertIn("NoSuchScenario, * client, * server", useless[0])
        self.assertIn("Hangs, red client", useless[1])
        self.assertEqual(self.run_with(text, "--filter=Passes").returncode, 0)


class UnderBazel(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def environment(self, **more):
        return {"TEST_TARGET": "//a:b", "XML_OUTPUT_FILE": str(self.folder / "xml"),
                "TEST_PREMATURE_EXIT_FILE": str(self.folder / "exit"),
                "TEST_SHARD_STATUS_FILE": str(self.folder / "status"), **more}

    def test_shards_share_the_runs(self):
        seen = collections.Counter()
        for shard in range(3):
            whole = run_json("--filter=Passes", environment=self.environment(
                TEST_SHARD_INDEX=str(shard), TEST_TOTAL_SHARDS="3"))
            seen.update((each["client"], each["server"], each["name"]) for each in whole["runs"])
            self.assertTrue((self.folder / "status").exists())
        self.assertEqual(len(seen), 8)
        self.assertEqual(set(seen.values()), {1})

    def test_the_results_are_written_for_it(self):
        done = run("--filter=Fails", environment=self.environment())
        root = ElementTree.parse(self.folder / "xml").getroot()
        self.assertEqual(len(list(root.iter("failure"))), 4)
        self.assertIn("replay: bazel run //a:b -- --client=", done.stdout)
        self.assertFalse((self.folder / "exit").exists())

    def test_its_filter_may_fit_nothing(self):
        done = run(environment=self.environment(TESTBRIDGE_TEST_ONLY="Other.*"))
        self.assertEqual(done.returncode, 0)
        self.assertIn("0 runs", done.stdout)
        self.assertIn("--test_filter=Other.*: no run fits; the nearest names are", done.stderr)
        (case,) = ElementTree.parse(self.folder / "xml").getroot().iter("testcase")
        self.assertIsNotNone(case.find("skipped"))
        done = run(environment=self.environment(TESTBRIDGE_TEST_ONLY="Tls13.Passes"))
        self.assertIn("4 passed", done.stdout)

    def test_long_sweeps_have_a_seed_of_the_day(self):
        done = run("--filter=Passes", environment=self.environment(TANDEM_LONG="1"))
        self.assertRegex(done.stderr, r"^--seed=\d{5}, by the day\n$")
        self.assertEqual(run("--filter=Passes", "--long").stderr, done.stderr)
        done = run("--filter=Fails", "--seed=1", environment=self.environment(TANDEM_LONG="1"))
        self.assertIn("--seed=1 --long\n", done.stdout)
        self.assertEqual(done.stderr, "")


if __name__ == "__main__":
    unittest.main()
