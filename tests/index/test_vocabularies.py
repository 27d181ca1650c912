"""The lists of words that records use, and the starter files that use them, agree and speak three languages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from index.directory.starter import read_starter
from index.needs.taxonomy import read_taxonomy

ROOT = Path(__file__).resolve().parents[2]
NEEDS = ROOT / "index" / "needs"
STARTER = ROOT / "index" / "directory" / "starter"
LANGUAGES = ("lt", "pl", "en")
DAYS = "(Mo|Tu|We|Th|Fr|Sa|Su)"
SPAN = r"\d\d:\d\d-\d\d:\d\d"
SCHEDULE = re.compile(rf"{DAYS}([-,]{DAYS})* {SPAN}(,{SPAN})*(; {DAYS}([-,]{DAYS})* {SPAN}(,{SPAN})*)*")


def words(text: str) -> list[str]:
    return text.split()


KINDS = set(
    words(
        "information counselling mediation catering food_aid clothing transport sociocultural hygiene general_services "
        "home_help social_skills independent_living temporary_overnight night_shelter crisis_centre_stay "
        "intensive_crisis_help psychosocial_help children_day_care respite foster_support personal_assistance "
        "day_care_institution day_care_home short_term_care long_term_care case_management integrated_help "
        "family_services domestic_violence_help technical_aids benefits preventive legal_aid psychological_help "
        "health_care early_rehabilitation palliative_care addiction_rehabilitation self_help child_rights victim_support "
        "humanitarian_aid refugee_support disability_assessment e_service supervision volunteering helpline"
    )
)
TARGET_GROUPS = set(
    words(
        "children youth families women men pregnant elderly disabled_children disabled_adults carers foster_families "
        "homeless victims addicted relatives_of_addicted ex_prisoners migrants ukrainians low_income everyone"
    )
)
ROUTES = {"municipality", "crisis", "direct", "doctor", "helpline", "online"}
NUMBERED_NEEDS = words(
    "sleep-tonight losing-home violence-home leave-with-children sexual-violence victim-of-crime human-trafficking "
    "child-hurt child-without-parents become-foster-parent foster-family-support parenting-hard teenager-trouble "
    "after-school child-disability-care child-development child-emotions pregnant-alone mother-and-baby "
    "family-conflict family-crisis elderly-home-help elderly-day-care elderly-care-home bedridden-care carer-respite "
    "dying-relative lonely-older adult-disability-day adult-disability-home independent-living personal-assistant "
    "disability-assessment technical-aids transport-disabled disability-community no-food no-clothes wash-and-warm "
    "no-money debts-bills social-housing funeral-help legal-help alcohol drugs gambling relative-addicted "
    "depression-anxiety suicidal-thoughts grief crisis-event mental-illness men-in-crisis young-person-talk "
    "out-of-prison migrant ukraine-war unemployed complaint apply-online where-to-ask volunteer-donate abroad-trouble "
    "non-urgent-medical activities-community"
)
CRISIS_TOPICS = set(words("violence suicide child medical overdose exploitation homeless harming seeking_person other"))


def read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def ids(path: Path) -> list[str]:
    return [entry["id"] for entry in read(path)]


def incomplete(value: Any, place: str) -> list[str]:
    """Places in `value` where a text does not exist in exactly the three languages."""
    if isinstance(value, list):
        return [bad for n, item in enumerate(value) for bad in incomplete(item, f"{place}[{n}]")]
    if not isinstance(value, dict):
        return []
    if set(LANGUAGES) & set(value):
        texts = [value.get(language) for language in LANGUAGES]
        lists = [text for text in texts if isinstance(text, list)]
        whole = set(value) == set(LANGUAGES) and (
            all(isinstance(text, str) and text.strip() for text in texts)
            or (len(lists) == 3 and len({len(text) for text in lists}) == 1 and all(all(text) for text in lists))
        )
        return [] if whole else [place]
    return [bad for key, item in value.items() for bad in incomplete(item, f"{place}.{key}")]


def need_ids() -> set[str]:
    found: list[str] = []
    for path in sorted((NEEDS / "taxonomy").glob("*.yml")):
        content = read(path)
        entries = content if isinstance(content, list) else content["needs"]
        found += [entry["id"] for entry in entries]
    assert len(found) == len(set(found)), "a need is defined twice"
    return set(found)


def services() -> list[tuple[str, dict[str, Any]]]:
    """Every service-like entry of the starter files, with where it stands."""
    entries = [(f"statutory {entry['slug']}", entry) for entry in read(STARTER / "statutory.yml")]
    for path in sorted((STARTER / "organizations").glob("*.yml")):
        entries += [(f"{path.name} {entry['slug']}", entry) for entry in read(path)["services"]]
    return entries


VOCABULARIES = [
    NEEDS / "kinds.yml",
    NEEDS / "categories.yml",
    NEEDS / "target_groups.yml",
    STARTER / "routes.yml",
    STARTER / "statutory.yml",
    STARTER / "helplines.yml",
]


@pytest.mark.parametrize("path", VOCABULARIES, ids=lambda path: path.stem)
def test_every_text_is_there_in_three_languages(path: Path) -> None:
    assert incomplete(read(path), path.stem) == []


@pytest.mark.parametrize("path", VOCABULARIES, ids=lambda path: path.stem)
def test_ids_are_unique(path: Path) -> None:
    names = [entry.get("id") or entry["slug"] for entry in read(path)]
    assert len(names) == len(set(names))


def test_vocabularies_hold_exactly_the_agreed_words() -> None:
    assert set(ids(NEEDS / "kinds.yml")) == KINDS
    assert set(ids(NEEDS / "target_groups.yml")) == TARGET_GROUPS
    assert set(ids(STARTER / "routes.yml")) == ROUTES


def test_every_kind_has_a_group_and_a_known_route() -> None:
    for kind in read(NEEDS / "kinds.yml"):
        assert kind["group"] in {
            "general",
            "attendance",
            "care",
            "organised",
            "other",
        }, kind["id"]
        assert kind["route"] in ROUTES, kind["id"]
        assert kind["code"] is None or kind["code"].isdigit(), kind["id"]
        assert isinstance(kind["official"], bool), kind["id"]


def test_routes_have_two_to_four_steps() -> None:
    for route in read(STARTER / "routes.yml"):
        assert 2 <= len(route["steps"]["lt"]) <= 4, route["id"]


def test_every_numbered_need_is_in_the_taxonomy() -> None:
    assert len(NUMBERED_NEEDS) == 66
    assert set(NUMBERED_NEEDS) - need_ids() == set()


def test_services_use_known_words_only() -> None:
    known = {
        "categories": set(ids(NEEDS / "categories.yml")),
        "target_groups": TARGET_GROUPS,
        "needs": need_ids(),
    }
    wrong = []
    for where, service in services():
        if service.get("kind") not in KINDS:
            wrong.append(f"{where}: kind {service.get('kind')}")
        if service.get("route") not in ROUTES:
            wrong.append(f"{where}: route {service.get('route')}")
        for key, allowed in known.items():
            wrong += [f"{where}: {key} {word}" for word in service.get(key, []) if word not in allowed]
    assert wrong == []


def test_helplines_use_known_words_only() -> None:
    needs = need_ids()
    for line in read(STARTER / "helplines.yml"):
        assert set(line["needs"]) <= needs, line["id"]
        assert set(line["target_groups"]) <= TARGET_GROUPS, line["id"]
        assert set(line["crisis_topics"]) <= CRISIS_TOPICS, line["id"]
        assert {way["kind"] for way in line["ways"]} <= {
            "call",
            "sms",
            "chat",
            "email",
        }, line["id"]


def test_only_proved_helplines_with_a_number_are_shown() -> None:
    for line in read(STARTER / "helplines.yml"):
        proved = line["verification"] in {
            "verified_official",
            "verified_recent",
            "verified_news",
        }
        assert line["status"] == ("active" if proved and line["number"] else "unverified"), line["id"]
        assert line["languages_known"] == bool(line["spoken_languages"]), line["id"]
        if line["number"]:
            assert line["number"] in [way["value"] for way in line["ways"]], line["id"]


def test_helpline_sources_can_be_followed() -> None:
    for line in read(STARTER / "helplines.yml"):
        assert line["sources"], line["id"]
        for field in ("website", "email"):
            if line.get(field) is not None:
                assert 1 <= line[field]["source"] <= len(line["sources"]), line["id"]
        for source in line["sources"]:
            assert source["url"] is None or source["url"].startswith(("http://", "https://")), line["id"]


def test_schedules_are_readable() -> None:
    for line in read(STARTER / "helplines.yml"):
        for way in line["ways"]:
            schedule = way["schedule"]
            assert schedule is None or schedule == "24/7" or SCHEDULE.fullmatch(schedule), line["id"]


def test_112_is_first_whatever_the_danger() -> None:
    lines = {line["id"]: line for line in read(STARTER / "helplines.yml")}
    assert set(lines["112"]["crisis_topics"]) == CRISIS_TOPICS
    assert all(line["danger_order"] > 0 for name, line in lines.items() if name != "112")


def test_each_service_answers_a_need_and_each_need_has_somebody_who_answers_it() -> None:
    directory, taxonomy = read_starter(), read_taxonomy()
    assert [record.id for record in directory.shown() if not record.needs] == []
    answered = {need for record in directory.shown() for need in record.needs}
    assert sorted(set(taxonomy.needs) - answered) == []


def test_each_need_has_official_kinds_groups_and_one_sentence() -> None:
    taxonomy = read_taxonomy()
    for need in taxonomy.needs.values():
        assert need.kinds, need.id
        assert set(need.kinds) <= set(taxonomy.kinds), need.id
        assert need.target_groups, need.id
        assert set(need.target_groups) <= set(taxonomy.target_groups), need.id
        for language in LANGUAGES:
            assert need.sentence[language].rstrip().endswith((".", "?", "!")), (need.id, language)
