# SPDX-License-Identifier: GPL-2.0-or-later
"""same_dump.py OURS.json OURS.bin THEIRS.json: whether a health dump that nic-dump decoded (OURS.json may be a report
of nic-dump dead, then with DEVICE REPORTER behind it) is what `devlink -j health dump show` printed, every byte of
its binary values too. What is not the same is printed."""

import json
import sys


def with_bytes(value, binary):
    """Where nic-dump says {"binary_at": 0, "bytes": 5}, devlink has the bytes themselves in the array around it."""
    if isinstance(value, dict):
        if set(value) == {"binary_at", "bytes"}:
            return list(binary[value["binary_at"]:value["binary_at"] + value["bytes"]])
        return {key: with_bytes(one, binary) for key, one in value.items()}
    if isinstance(value, list):
        result = [with_bytes(one, binary) for one in value]
        if result and all(isinstance(one, list) for one in result):
            return [byte for one in result for byte in one]
        return result
    return value


def main():
    with open(sys.argv[1]) as file:
        ours = json.load(file)
    with open(sys.argv[2], "rb") as file:
        binary = file.read()
    with open(sys.argv[3]) as file:
        theirs = json.load(file)
    if len(sys.argv) > 4:
        device, reporter = sys.argv[4:6]
        instance = [one for one in ours["devlink"] if one["device"] == device][0]
        ours = [one for one in instance["reporters"] if one["name"] == reporter][0]["dump"]
    ours = with_bytes(ours["value"], binary)
    print(len(binary), "bytes of binary values,", len(theirs), "members")
    for key in sorted(set(ours) | set(theirs)):
        if ours.get(key) != theirs.get(key):
            print(key, "here:", str(ours.get(key))[:200], "devlink:", str(theirs.get(key))[:200])
    sys.exit(ours != theirs or not binary)


main()
