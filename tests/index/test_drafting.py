"""A record proposed from a page's text: every value with its line, and nothing that does not stand there."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from index.__main__ import main
from index.drafting import draft, written

SEEDS = sorted((Path(__file__).resolve().parents[3] / "shared" / "seeds").glob("*.txt"))
PAGE = """VšĮ „Gerumo namai“

Adresas: Taikos pr. 5, Klaipėda
Tel. (8 46) 310 000
El. paštas info@gerumas.lt
www.gerumas.lt
Darbo laikas: I–V 8–17
Direktorė Ona Onaitienė, mob. 8 612 34567, ona.onaitiene@gerumas.lt
Teikiamos paslaugos:
1. Nakvynė bėgantiems nuo smurto
2. Psichologinė pagalba (suaugusiems)
"""


def seed(number: int) -> str:
    return SEEDS[number].read_text(encoding="utf-8")


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.name[:3])
def test_a_draft_is_yaml_and_names_only_lines_of_the_page_on_which_the_value_stands(path: Path) -> None:
    page = path.read_text(encoding="utf-8")
    found = draft(page)
    assert yaml.safe_load(written(found))["status"] == "unverified"
    lines = page.replace("\u00a0", " ").split("\n")
    stands = [
        one for one in (found.name, found.alias, found.legal_code, *found.emails, *found.descriptions.values()) if one
    ]
    for one in stands:
        assert one.value in lines[one.line - 1]


def test_the_crisis_centre_gives_its_name_address_and_e_mail() -> None:
    found = draft(seed(0))
    assert found.name
    assert (found.name.value, found.name.line) == ("BĮ Vilniaus miesto krizių centras", 1)
    assert found.address
    assert (found.address.value, found.address.line) == (
        "Vytenio g. 45, Vilnius, LT-03208, Lithuania",
        13,
    )
    assert [(one.value, one.line) for one in found.emails] == [("info@vmkc.lt", 18)]
    assert (found.phones, found.hours, found.legal_code) == ((), None, None)
    assert set(found.descriptions) == {"lt", "en"}


def test_requisites_in_one_line_are_taken_apart() -> None:
    found = draft(seed(1))
    assert found.name
    assert found.name.value == "Visagino šeimos ir vaiko gerovės centras"
    assert found.legal_code
    assert found.legal_code.value == "190230824"
    assert found.address
    assert found.address.value == "Statybininkų g. 7, LT-31137, Visaginas"
    assert found.municipality
    assert found.municipality.value == "Visagino savivaldybė"
    assert [one.value for one in found.phones] == ["+370 386 75280", "+370 386 72133"]


def test_services_are_named_with_their_official_kind_where_it_is_certain() -> None:
    kinds = {service.name.value: (service.kind, service.name.line) for service in draft(seed(1)).services}
    assert kinds["konsultavimas"] == ("counselling", 15)
    assert kinds["laikinas apnakvindinimas"] == ("temporary_overnight", 25)
    # At home or in an institution: the page does not say.
    assert kinds["dienos socialinė globa"] == (None, 31)
    found = {service.kind for service in draft(seed(2)).services}
    assert {"home_help", "mediation", "catering", "psychological_help"} <= found


def test_nothing_is_guessed_of_a_service_or_of_whom_it_serves() -> None:
    daily = next(service for service in draft(seed(1)).services if service.name.value == "dienos socialinė globa")
    assert daily.route == ""
    assert yaml.safe_load(written(draft(seed(1))))["serves"] == []


def test_a_place_and_a_kind_come_from_their_own_line_and_in_its_language() -> None:
    found = draft(seed(0))
    assert found.municipality
    assert found.municipality.line == 14
    kinds = {service.kind: (service.language, service.name.line) for service in found.services}
    assert kinds["crisis_centre_stay"] == ("lt", 8)
    assert kinds["temporary_overnight"] == ("lt", 56)


def test_a_bracket_inside_an_explanation_stays_closed() -> None:
    texts = [service.description for service in draft(seed(1)).services]
    assert any(text.endswith("(kitų institucijų, specialistų, asmenų)") for text in texts)


def test_a_polish_page_gives_the_polish_name_and_its_municipality() -> None:
    found = draft(seed(3))
    assert found.name
    assert found.name.value == "Centrum Usług Socjalnych Rejonu Wileńskiego"
    assert (found.language, found.name_language) == ("pl", "pl")
    assert found.municipality
    assert found.municipality.value == "Vilniaus rajono savivaldybė"


def test_news_of_nobody_in_particular_give_an_empty_draft() -> None:
    found = draft(seed(4))
    assert (found.name, found.phones, found.services, found.address) == (None, (), (), None)


def test_contacts_of_one_person_are_left_for_a_person_to_review() -> None:
    found = draft(PAGE)
    assert [(one.value, one.personal) for one in found.phones] == [("+370 46 310000", False), ("+370 612 34567", True)]
    record = yaml.safe_load(written(found))
    assert [one["number"] for one in record["phones"]] == ["+370 46 310000"]
    assert record["email"]["value"] == "info@gerumas.lt"
    assert "612 34567" in written(found)


def test_hours_keep_their_text_beside_the_rule() -> None:
    record = yaml.safe_load(written(draft(PAGE)))
    assert record["hours"] == {"text": {"lt": "I–V 8–17"}, "schedule": "Mo-Fr 08:00-17:00", "source": 1}


def test_terms_come_from_whoever_proposes_them() -> None:
    proposed = written(draft(PAGE), lambda name, description: {"needs": ["sleep-tonight"], "target_groups": ["women"]})
    services = yaml.safe_load(proposed)["services"]
    assert services[0]["needs"] == ["sleep-tonight"]
    assert [one["needs"] for one in yaml.safe_load(written(draft(PAGE)))["services"]] == [[], []]


def test_the_command_writes_the_draft(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "page.txt"
    path.write_text(PAGE, encoding="utf-8")
    assert main(["draft", str(path), "--language", "lt"]) == 0
    out = capsys.readouterr().out
    assert 'name: {lt: "VšĮ „Gerumo namai“"}  # line 1' in out
    assert main(["draft", str(tmp_path / "none.txt")]) == 1
