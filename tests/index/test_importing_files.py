"""`python -m index import` from end to end: faults told and mended, dry run, idempotence, and a kill in the middle."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from index.__main__ import main
from index.commands import building
from index.directory.database import open_database
from index.directory.editing import edit
from index.directory.importing import import_directory
from index.directory.incoming.bringing import bring
from index.directory.incoming.reading import Table
from index.directory.incoming.rows import Told
from index.directory.keys import Key
from index.directory.proposals import open_proposals
from index.directory.reading import read_directory
from index.directory.revisions import read_revision
from index.directory.starter import read_starter

HEADER = [
    "Įstaigos ID", "Įstaiga", "Savivaldybė", "Įmonės kodas", "Būsena", "Adresas", "Telefonas", "El. paštas", "Svetainė",
    "Kalbos", "Aptarnaujama teritorija", "Steigėjas", "Paslauga", "Aprašymas", "Poreikiai", "Kategorijos", "Priima naktį",
    "Paslaugos telefonas", "Atnaujinta", "organization_id",
]  # fmt: skip
GOOD = {
    "Įstaiga": "Gerumo namai", "Savivaldybė": "Visaginas", "Telefonas": "8 386 75280", "Paslauga": "Konsultavimas",
    "Aprašymas": "Padedame šeimoms.",
}  # fmt: skip
# One fault a row, and each of its own kind.
FAULTY = [
    ("no_name", {"Įstaiga": ""}), ("municipality", {"Savivaldybė": "Atlantida"}),
    ("no_municipality", {"Savivaldybė": "", "Įstaiga": "A1"}), ("phone", {"Telefonas": "8 5"}),
    ("phone", {"Telefonas": "skambinti rytais"}), ("email", {"El. paštas": "info@"}), ("url", {"Svetainė": "nėra svetainės"}),
    ("legal_code", {"Įmonės kodas": "12345"}), ("status", {"Būsena": "gal"}), ("yes_or_no", {"Priima naktį": "kartais"}),
    ("formula", {"Adresas": "#REF!"}), ("term", {"Poreikiai": "pinigai"}), ("term", {"Kategorijos": "visokios"}),
    ("language", {"Kalbos": "klingonų"}), ("municipality", {"Aptarnaujama teritorija": "Visaginas, Atlantida"}),
    ("too_long", {"Aprašymas": "a" * 4001}), ("date", {"Atnaujinta": "vakar"}), ("characters", {"Aprašymas": "a\x07"}),
    ("same_service", {"Aprašymas": "Visai kas kita."}), ("parent", {"Steigėjas": "Niekas"}),
    ("other_organization", {"Įstaigos ID": "7", "Įstaiga": "Visai kiti namai"}), ("id", {"organization_id": "Gerumo namai"}),
    ("phone_prefix", {"Paslaugos telefonas": "8 5 000"}), ("cells", {"": "per daug"}),
]  # fmt: skip


def row(number: int, **_: str) -> dict[str, str]:
    return {**GOOD, "Įstaiga": f"Gerumo namai {number}"}


def write(path: Path, rows: list[dict[str, str]], encoding: str = "cp1257") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        written = csv.writer(file, delimiter=";")
        written.writerow(HEADER)
        for one in rows:
            written.writerow([*(one.get(name, "") for name in HEADER), *([one[""]] if "" in one else [])])
    return path


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Engine:
    url = f"sqlite:///{tmp_path}/directory.sqlite3"
    monkeypatch.setenv("KELRODIS_DATABASE_URL", url)
    engine = open_database(url)
    import_directory(engine, read_starter(scope="none"))
    return engine


def run(path: Path, *options: str) -> int:
    return main(["import", str(path), "--no-index", *options])


def test_each_faulty_row_is_told_once_and_stays_outside_whole_while_the_rest_come_in(
    tmp_path: Path, engine: Engine
) -> None:
    good = [row(number) for number in range(30)] + [GOOD, {**row(7), "Įstaigos ID": "7"}]
    faulty = [{**GOOD, **fields} for _, fields in FAULTY]
    path = write(tmp_path / "sarasas.csv", [*good, *faulty])
    assert run(path, "--report", str(tmp_path / "report.csv")) == 0
    told = [one for one in read(tmp_path / "report.csv") if one["outcome"] == "refused"]
    assert [int(one["line"]) for one in told] == list(range(34, 34 + len(FAULTY)))
    assert [one["reason"] for one in told] == [reason for reason, _ in FAULTY]
    assert all(one["file"] == "sarasas.csv" and one["message"] for one in told)
    fields = {one["reason"]: one["field"] for one in told}
    assert (fields["email"], fields["date"], fields["phone_prefix"]) == (
        "El. paštas",
        "Atnaujinta",
        "Paslaugos telefonas",
    )
    directory = read_directory(engine)
    assert len(directory.organizations) == 32
    assert len(directory.services) == 32
    rejected = read(tmp_path / "sarasas.csv.rejected.csv")
    assert len(rejected) == len(FAULTY)
    assert rejected[5]["El. paštas"] == "info@"


def test_mended_rows_come_in_and_wipe_nothing_that_other_rows_said(tmp_path: Path, engine: Engine) -> None:
    second = {"Įstaiga": "Gerumo namai", "Savivaldybė": "Visaginas", "Paslauga": "Nakvynė", "Telefonas": "8 5"}
    run(write(tmp_path / "sarasas.csv", [{**GOOD, "El. paštas": "info@gerumas.lt"}, second]))
    rejected = tmp_path / "sarasas.csv.rejected.csv"
    rejected.write_text(rejected.read_text(encoding="utf-8-sig").replace(";8 5;", ";8 386 72133;"), encoding="utf-8")
    run(rejected)
    (organization,) = read_directory(engine).organizations.values()
    assert (organization.email and organization.email.value) == "info@gerumas.lt"
    assert [one.number for one in organization.phones] == ["+370 386 75280"]
    night = read_directory(engine).services[f"{organization.id}.nakvyne"]
    assert [one.number for one in night.phones] == ["+370 386 72133"]


def test_the_same_file_twice_changes_nothing(tmp_path: Path, engine: Engine) -> None:
    path = write(tmp_path / "sarasas.csv", [row(number) for number in range(10)])
    run(path)
    before, revision = read_directory(engine), read_revision(engine)
    run(path, "--report", str(tmp_path / "report.csv"))
    assert read_directory(engine) == before
    assert read_revision(engine) == revision
    assert read(tmp_path / "report.csv") == []


def test_a_dry_run_tells_what_would_happen_and_does_not_do_it(tmp_path: Path, engine: Engine) -> None:
    path = write(tmp_path / "sarasas.csv", [row(1), row(2), row(3)])
    run(path)
    key = Key("organization", "gerumo-namai-1-visagino")
    source = {"url": None, "title": "skambutis", "date": None}
    edit(engine, key, {"phones": [{"number": "112", "label": {}, "source": source, "verified": None}]}, "ona")
    before = read_directory(engine)
    changed = [
        {**row(1), "Telefonas": "8 386 72133"},
        {**row(2), "Aprašymas": "Kitaip."},
        row(4),
        {**row(5), "Telefonas": "8"},
    ]
    write(path, changed)
    run(path, "--dry-run", "--report", str(tmp_path / "dry.csv"))
    assert read_directory(engine) == before
    assert open_proposals(engine) == ()
    assert not (tmp_path / "sarasas.csv.rejected.csv").exists()
    run(path, "--report", str(tmp_path / "real.csv"))
    assert read(tmp_path / "dry.csv") == read(tmp_path / "real.csv")
    told = {(one["outcome"], one["record"].rpartition(" ")[2]) for one in read(tmp_path / "real.csv")}
    assert told == {
        ("refused", ""), ("conflict", key.id), ("changed", "gerumo-namai-2-visagino.konsultavimas"),
        ("created", "gerumo-namai-4-visagino"), ("created", "gerumo-namai-4-visagino.konsultavimas"),
        ("missing", "gerumo-namai-3-visagino"), ("missing", "gerumo-namai-3-visagino.konsultavimas"),
    }  # fmt: skip
    assert [one.key for one in open_proposals(engine, "import")] == [key]


def test_a_key_keeps_the_id_when_the_name_changes(tmp_path: Path, engine: Engine) -> None:
    run(write(tmp_path / "sarasas.csv", [{**GOOD, "Įstaigos ID": "A-7"}]))
    run(write(tmp_path / "sarasas.csv", [{**GOOD, "Įstaigos ID": "A-7", "Įstaiga": "Gerumo ir šviesos namai"}]))
    (organization,) = read_directory(engine).organizations.values()
    assert organization.id == "sarasas-a-7"
    assert organization.name == {"lt": "Gerumo ir šviesos namai"}


_KILLED = """
import sys, time
from pathlib import Path
from index.directory.database import open_database
from index.directory.incoming.bringing import bring
from index.directory.incoming.reading import Table
from index.directory.incoming.rows import Told
seen = 0
def wait_in_the_middle(records):
    global seen
    seen += records
    if seen > 2000:  # 1200 rows are read; the rest of the way is writing
        print("writing", flush=True)
        time.sleep(60)
path = Path(sys.argv[1])
bring(open_database(), Table(path, Told(path.name, "sarasas", "lt")), "sarasas", progress=wait_in_the_middle)
"""


def test_an_import_that_is_killed_in_the_middle_leaves_the_directory_as_before(tmp_path: Path, engine: Engine) -> None:
    path = write(tmp_path / "sarasas.csv", [row(number) for number in range(1200)])
    before, revision = read_directory(engine), read_revision(engine)
    command = [sys.executable, "-W", "ignore", "-c", _KILLED, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=os.environ.copy()) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "writing\n"
        process.kill()
    assert process.returncode == -9
    assert read_directory(engine) == before
    assert read_revision(engine) == revision
    report = bring(engine, Table(path, Told(path.name, "sarasas", "lt")), "sarasas")
    assert len(report.outcome.created) == 2400


def test_what_is_exported_as_hsds_by_somebody_else_is_checked_like_a_table(tmp_path: Path, engine: Engine) -> None:
    services = [
        {"id": f"s{number}", "name": "Konsultavimas", "status": "active", "description": "Padedame.", "email": email,
         "organization": {"id": f"o{number}", "name": f"Gerumo namai {number}", "description": "", "website": "http://a.lt"}}
        for number, email in enumerate(("info@gerumas.lt", "info@"))
    ]  # fmt: skip
    path = tmp_path / "hsds.json"
    path.write_text(json.dumps({"contents": services}), encoding="utf-8")
    run(path, "--report", str(tmp_path / "report.csv"))
    refused = [one for one in read(tmp_path / "report.csv") if one["outcome"] == "refused"]
    assert [one["reason"] for one in refused] == ["email"]
    assert len(read_directory(engine).services) == 1


def test_no_refused_cell_is_a_formula_and_mended_rows_come_in_without_apostrophes(
    tmp_path: Path, engine: Engine
) -> None:
    path = write(
        tmp_path / "sarasas.csv", [{**GOOD, "Aprašymas": "=cmd|x", "Telefonas": "+370 386 75280", "El. paštas": "@"}]
    )
    run(path, "--report", str(tmp_path / "report.csv"))
    (rejected,) = read(tmp_path / "sarasas.csv.rejected.csv")
    assert (rejected["Aprašymas"], rejected["Telefonas"]) == ("'=cmd|x", "'+370 386 75280")
    assert read(tmp_path / "report.csv")[0]["value"] == "'@"
    mended = tmp_path / "sarasas.csv.rejected.csv"
    mended.write_text(mended.read_text(encoding="utf-8-sig").replace("'@", ""), encoding="utf-8")
    run(mended)
    (service,) = read_directory(engine).services.values()
    assert service.description == {"lt": "=cmd|x"}


def test_whoever_was_killed_before_the_index_was_built_builds_it_by_importing_again(
    tmp_path: Path, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "sarasas.csv", [GOOD])
    run(path)
    built: list[object] = []
    monkeypatch.setattr(building, "make_findable", built.append)
    assert main(["import", str(path), "--dry-run"]) == 0
    assert built == []
    assert main(["import", str(path)]) == 0
    assert len(built) == 1


@pytest.mark.parametrize(
    "options", [["--origin", "starter"], ["--origin", "x" * 61], ["--map", "none.yml"], ["--report", "none/report.csv"]]
)
def test_what_cannot_be_begun_is_told_before_anything_is_done(
    tmp_path: Path, engine: Engine, options: list[str]
) -> None:
    path = write(tmp_path / "sarasas.csv", [GOOD])
    assert run(path, *options) == 1
    assert not read_directory(engine).organizations


def test_a_folder_is_no_table(tmp_path: Path, engine: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(tmp_path, "--format", "csv") == 1
    assert "is a folder" in capsys.readouterr().err
