"""Check an export of the office (`sonae export`) from nothing but its files and a public key.

    python -m verify.journal FOLDER KEY.pem [KEY.pem …]

* journal.jsonl: in every stream the entries are numbered from 1 without gap, in order; each hash is the SHA-256 of
  the previous hash and then, each behind its length in 8 bytes, of stream, number, kind, organisation, actor,
  effective and recorded second, and body; the first entry's previous hash is zeros; recorded time never goes back.
  An entry of a loss may be closed to whoever holds the export: number and hashes without content. Its place in the
  chain and in the checkpoints is checked, its content cannot be; how many there are is said (`closed_entries`).
* checkpoints.jsonl: files numbered from 1 without gap, each naming the SHA-256 of the file before, each signed
  (Ed25519 over `sonae checkpoint`, a line feed, and the body). Every head that any of them lists is in the journal,
  with that hash: so nothing was cut off, taken out, put in another order, changed, or computed anew.
* covers.jsonl: the register says what the streams `cover/…` say, field by field, and the charges sum to the premium.
* papers.jsonl: what each issued paper says has the SHA-256 that the streams `papers/…` tell, and none is missing.
* letters.jsonl: likewise each letter on a claim, by the entries `letter_issued` of the streams `claim/…`. Whoever gets
  those entries closed gets no letters, and `letters` is null; beside open entries the file may not be missing.

One JSON object on standard output; exit status 0 when all of it stands, 1 when not. Standard library and
`cryptography` only.
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

ZEROS = "0" * 64
MOST_FAULTS = 1000

#: Streams whose entries may be closed. What tells of covers and papers never is.
MAY_BE_CLOSED = frozenset({"claim", "settlement", "open-notice", "cause", "loss"})

Fault = dict[str, Any]
Streams = dict[str, list[dict[str, Any]]]

_CLOSED = {"stream", "number", "closed", "previous_hash", "hash"}


def lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a file of JSON lines. ValueError for what is none."""
    with path.open(encoding="utf-8", newline="\n") as file:
        for line in file:
            found = json.loads(line)
            if not isinstance(found, dict):
                raise ValueError(f"{path.name} holds a line that is no object")
            yield found


def fault(where: str, what: str) -> Fault:
    return {"where": where, "what": what}


# --- the journal --------------------------------------------------------------------------------------------------


def entry_hash(entry: dict[str, Any]) -> str:
    digest = hashlib.sha256(bytes.fromhex(entry["previous_hash"]))
    for part in (
        entry["stream"].encode(),
        str(entry["number"]).encode(),
        entry["kind"].encode(),
        entry["organisation"].encode(),
        entry["actor"].encode(),
        str(entry["effective_at"]).encode(),
        str(entry["recorded_at"]).encode(),
        bytes.fromhex(entry["body"]),
    ):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def check_journal(path: Path) -> tuple[Streams, list[Fault]]:
    """The entries by stream, in the order of the file, and every fault in the chains."""
    streams: Streams = {}
    faults: list[Fault] = []
    for entry in lines(path):
        streams.setdefault(entry["stream"], []).append(entry)
    for stream, entries in streams.items():
        previous, recorded = ZEROS, None
        for place, entry in enumerate(entries, 1):
            where = f"{stream} {entry['number']}"
            if entry["number"] != place:
                faults.append(fault(where, f"entry {place} of the stream is expected here"))
            if entry["previous_hash"] != previous:
                faults.append(fault(where, "does not follow the entry before"))
            previous = entry["hash"]
            if entry.get("closed") is True:
                if set(entry) != _CLOSED or stream.partition("/")[0] not in MAY_BE_CLOSED:
                    faults.append(fault(where, "may not be closed, or not in this way"))
                continue
            if entry_hash(entry) != entry["hash"]:
                faults.append(fault(where, "was altered: its hash is another"))
            if recorded is not None and entry["recorded_at"] < recorded:
                faults.append(fault(where, "was recorded before the entry before"))
            recorded = entry["recorded_at"]
    return streams, faults


# --- the checkpoints ----------------------------------------------------------------------------------------------


def read_keys(paths: list[Path]) -> dict[str, Ed25519PublicKey]:
    keys = {}
    for path in paths:
        key = load_pem_public_key(path.read_bytes())
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError(f"{path.name} is no Ed25519 key")
        keys[hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]] = key
    return keys


def check_checkpoints(path: Path, streams: Streams, keys: dict[str, Ed25519PublicKey]) -> tuple[int, list[Fault]]:
    """How many there are, and every fault in them or against the journal."""
    faults: list[Fault] = []
    previous, count = ZEROS, 0
    for row in lines(path):
        count += 1
        where = f"checkpoint {row['name']}"
        written = json.loads(row["line"])
        raw = bytes.fromhex(written["body"])
        body = json.loads(raw)
        if body["number"] != count or row["name"] != f"{count:08}.json":
            faults.append(fault(where, f"checkpoint {count} is expected here"))
        if body["previous"] != previous:
            faults.append(fault(where, "does not follow the checkpoint before"))
        previous = hashlib.sha256(row["line"].encode()).hexdigest()
        try:
            keys[body["key"]].verify(bytes.fromhex(written["signature"]), b"sonae checkpoint\n" + raw)
        except KeyError:
            faults.append(fault(where, f"is signed by the key {body['key']}, which was not given"))
            continue
        except InvalidSignature:
            faults.append(fault(where, "its signature does not stand"))
            continue
        for stream, (number, head) in body["heads"].items():
            entries = streams.get(stream, [])
            if len(entries) < number:
                faults.append(fault(stream, f"was cut: {where} saw {number} entries, there are {len(entries)}"))
            elif entries[number - 1]["hash"] != head:
                faults.append(fault(stream, f"was computed anew: {where} saw another entry {number}"))
    return count, faults


# --- the register -------------------------------------------------------------------------------------------------

_OF_TRANSACTION = ("number", "reason", "approver", "changes", "particulars", "undoes", "by_fraud", "note", "charge",
                   "written", "months")  # fmt: skip


def check_covers(path: Path, streams: Streams) -> tuple[int, list[Fault]]:
    """How many covers the register has, and where it differs from the journal."""
    faults: list[Fault] = []
    seen: set[str] = set()
    for row in lines(path):
        stream = f"cover/{row['id']}"
        seen.add(stream)
        entries = streams.get(stream)
        if not entries:
            faults.append(fault(stream, "stands in the register and not in the journal"))
            continue
        bodies = [json.loads(bytes.fromhex(entry["body"])) for entry in entries]
        first = bodies[0].get("cover", {})
        faults += [
            fault(stream, f"{name}: the journal says {value!r}, the register {row.get(name)!r}")
            for name, value in first.items()
            if row.get(name) != value
        ]
        now = {"ends_at": bodies[-1]["ends_at"], "premium": bodies[-1]["written"], "version": len(bodies)}
        faults += [
            fault(stream, f"{name}: the journal says {value!r}, the register {row[name]!r}")
            for name, value in now.items()
            if row[name] != value
        ]
        if len(row["transactions"]) != len(bodies):
            faults.append(fault(stream, f"{len(bodies)} transactions in the journal, others in the register"))
        total = 0
        for entry, body, stored in zip(entries, bodies, row["transactions"], strict=False):
            where = f"{stream} {entry['number']}"
            wanted = {name: body[name] for name in _OF_TRANSACTION} | {
                "effective": entry["effective_at"], "recorded": entry["recorded_at"], "actor": entry["actor"]
            }  # fmt: skip
            faults += [
                fault(where, f"{name}: the journal says {value!r}, the register {stored[name]!r}")
                for name, value in wanted.items()
                if stored[name] != value
            ]
            total += body["charge"]
            if total != body["written"]:
                faults.append(fault(where, "the charges do not sum to what is written"))
            if body["approver"] and body["approver"] == entry["actor"]:
                faults.append(fault(where, "one person acted as two"))
    for stream in streams:
        if stream.startswith("cover/") and stream not in seen:
            faults.append(fault(stream, "stands in the journal and not in the register"))
    return len(seen), faults


def check_papers(path: Path, streams: Streams) -> tuple[int, list[Fault]]:
    """How many papers were issued, and where their register differs from the journal."""
    told = _issued(streams, "papers/", "paper_issued")
    return _check_issued("paper", lines(path), told, ("kind", "version", "content_sha256"))


def check_letters(path: Path, streams: Streams) -> tuple[int | None, list[Fault]]:
    """How many letters on claims were issued (None: left out), and where their register differs from the journal."""
    told = _issued(streams, "claim/", "letter_issued")
    if not path.exists():
        return None, _check_issued("letter", iter(()), told, ())[1]
    return _check_issued("letter", lines(path), told, ("kind", "decision", "payment", "content_sha256"))


Issued = dict[str, tuple[dict[str, Any], dict[str, Any], str]]


def _issued(streams: Streams, prefix: str, kind: str) -> Issued:
    """What the journal tells of papers, by number: body, entry and stream. Closed entries tell nothing."""
    told: Issued = {}
    for stream, entries in streams.items():
        for entry in entries if stream.startswith(prefix) else ():
            if not entry.get("closed") and entry["kind"] == kind:
                body = json.loads(bytes.fromhex(entry["body"]))
                told[body["number"]] = (body, entry, stream)
    return told


def _check_issued(
    what: str, rows: Iterator[dict[str, Any]], told: Issued, names: tuple[str, ...]
) -> tuple[int, list[Fault]]:
    """Each row's content against its hash, and the row against the journal; each number once, and none missing."""
    faults: list[Fault] = []
    seen: set[str] = set()
    for row in rows:
        where = f"{what} {row['number']}"
        if row["number"] in seen:
            faults.append(fault(where, "stands in the register twice"))
        seen.add(row["number"])
        if hashlib.sha256(bytes.fromhex(row["content"])).hexdigest() != row["content_sha256"]:
            faults.append(fault(where, "says something else than its hash"))
        if row["number"] not in told:
            faults.append(fault(where, "stands in the register and not in the journal"))
            continue
        body, entry, stream = told[row["number"]]
        wanted = {name: body[name] for name in names} | {
            "stream": stream, "issued_by": entry["actor"]
        }  # fmt: skip
        faults += [
            fault(where, f"{name}: the journal says {value!r}, the register {row[name]!r}")
            for name, value in wanted.items()
            if row[name] != value
        ]
    missing = sorted(told.keys() - seen)
    faults += [fault(f"{what} {number}", "stands in the journal and not in the register") for number in missing]
    return len(seen), faults


def check(folder: Path, keys: list[Path]) -> dict[str, Any]:
    """Everything there is to say of an export."""
    streams, faults = check_journal(folder / "journal.jsonl")
    checkpoints, found = check_checkpoints(folder / "checkpoints.jsonl", streams, read_keys(keys))
    faults += found
    covers, found = check_covers(folder / "covers.jsonl", streams)
    faults += found
    papers, found = check_papers(folder / "papers.jsonl", streams)
    faults += found
    letters, found = check_letters(folder / "letters.jsonl", streams)
    faults += found
    return {
        "stands": not faults,
        "streams": len(streams),
        "entries": sum(len(entries) for entries in streams.values()),
        "closed_entries": sum("closed" in entry for entries in streams.values() for entry in entries),
        "checkpoints": checkpoints,
        "covers": covers,
        "papers": papers,
        "letters": letters,
        "faults": faults[:MOST_FAULTS],
        "faults_in_all": len(faults),
    }


def main(arguments: list[str]) -> int:
    """Check one export and say so."""
    if not arguments:
        print("usage: python -m verify.journal FOLDER KEY.pem [KEY.pem …]", file=sys.stderr)
        return 1
    try:
        found = check(Path(arguments[0]), [Path(one) for one in arguments[1:]])
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as reason:
        found = {"stands": False, "faults": [fault("export", f"unreadable ({type(reason).__name__}: {reason})")]}
    print(json.dumps(found, ensure_ascii=False, indent=1))
    return 0 if found["stands"] else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
