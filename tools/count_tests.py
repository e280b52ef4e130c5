#!/usr/bin/env python3
"""Counts the test cases of finished `bazel test` runs. The last line is `N passed, N failed`.

usage: count_tests.py FOLDER

FOLDER has, for each run, NAME (what --build_event_json_file wrote) and NAME.status (Bazel's exit
status). The events say which tests belong to the run, cached ones among them, and where the XML log
of each is; the logs of earlier runs that lie beside them are not counted.
"""

import json
import pathlib
import sys
import urllib.parse
import xml.etree.ElementTree
from typing import Dict, List, NamedTuple

NO_TESTS_FOUND = 4  # Bazel's exit status


class Count(NamedTuple):
    passed: int
    failures: List[str]


def read_events(path: pathlib.Path) -> List[dict]:
    if not path.exists():
        return []
    events = []
    for line in path.read_text(errors="replace").splitlines():
        try:
            events.append(json.loads(line))
        except ValueError:
            pass  # the last line of a Bazel that was interrupted
    return events


def count_log(label: str, passed: bool, log: str) -> Count:
    """Counts one run of one test (or of one shard of it) by its XML log.

    One that wrote nothing but skipped cases has not failed, and has not passed either.
    """
    good = 0
    failures = []
    logged = cases(log)
    for case in logged:
        if case.get("status") == "notrun" or case.find("skipped") is not None:
            continue
        if case.find("failure") is None and case.find("error") is None:
            good += 1
        else:
            name = ".".join(filter(None, [case.get("classname"), case.get("name")]))
            failures.append(f"{label} {name}")
    if not passed and not failures:  # it crashed, timed out or is no GoogleTest
        return Count(good, [label])
    if passed and not logged:
        return Count(1, [])
    return Count(good, failures)


def cases(log: str) -> List[xml.etree.ElementTree.Element]:
    """Returns the cases if GoogleTest wrote the log; Bazel's stand-in for other tests has none."""
    try:
        root = xml.etree.ElementTree.parse(log).getroot()
    except (OSError, xml.etree.ElementTree.ParseError):
        return []
    # Bazel writes one case named for the target, without `classname`; GoogleTest always has it.
    return [case for case in root.iter("testcase") if case.get("classname")]


def count_run(path: pathlib.Path) -> Count:
    attempts: Dict[tuple, Count] = {}
    tests = set()  # labels of all tests that Bazel meant to run
    seen = set()
    for event in read_events(path):
        event_id = event.get("id", {})
        if "targetConfigured" in event_id and "testSize" in event.get("configured", {}):
            tests.add(event_id["targetConfigured"]["label"])
        if "testSummary" in event_id:
            tests.add(event_id["testSummary"]["label"])
        if "targetCompleted" in event_id and is_skipped(event):
            tests.discard(event_id["targetCompleted"]["label"])
        if "testResult" in event_id and "testResult" in event:
            key = event_id["testResult"]
            result = event["testResult"]
            seen.add(key["label"])
            # A later attempt of the same run and shard replaces the earlier one.
            attempts[key["label"], key.get("run"), key.get("shard")] = count_log(
                key["label"], result.get("status") == "PASSED", xml_log(result))
    failures = [f"{label} (not built or not run)" for label in sorted(tests - seen)]
    for count in attempts.values():
        failures += count.failures
    return Count(sum(count.passed for count in attempts.values()), failures)


def is_skipped(event: dict) -> bool:
    return event.get("aborted", {}).get("reason") == "SKIPPED"


def xml_log(result: dict) -> str:
    for output in result.get("testActionOutput", []):
        if output.get("name") == "test.xml":
            return urllib.parse.unquote(urllib.parse.urlparse(output.get("uri", "")).path)
    return ""


def main(folder: str) -> int:
    passed = 0
    failures: List[str] = []
    for status_path in sorted(pathlib.Path(folder).glob("*.status")):
        count = count_run(status_path.with_suffix(""))
        passed += count.passed
        failures += count.failures
        status = int(status_path.read_text())
        if status not in (0, NO_TESTS_FOUND) and not count.failures:
            failures.append(f"{status_path.stem}: bazel ended with status {status}, see above")
    for failure in sorted(failures):
        print("FAILED", failure)
    print(f"{passed} passed, {len(failures)} failed")
    return 0 if passed > 0 and not failures else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
