"""What a resident does with the chat in a browser."""

from __future__ import annotations

import json
from typing import Any

import pytest
from playwright.sync_api import Page, expect

ANSWERS = ".answer:not(.greeting):not(.fault)"
HUNGRY = {
    "lt": "kur gauti maisto Vilniuje",
    "pl": "gdzie dostanę jedzenie w Wilnie",
    "en": "where to get food in Vilnius",
}
IN_DANGER = {
    "lt": "vyras stovi už durų su peiliu, Vilnius", "pl": "mąż stoi pod drzwiami z nożem, Wilno",
    "en": "he is outside the door with a knife, Vilnius",
}  # fmt: skip
ELSEWHERE = {"lt": "kaip užregistruoti droną", "pl": "jak zarejestrować drona", "en": "how do I register a drone"}


def write(page: Page, text: str) -> None:
    """Sends a message without waiting for its answer."""
    page.locator("textarea").fill(text)
    page.locator("button.send").click()


def kept(page: Page) -> dict[str, Any]:
    return dict(json.loads(page.evaluate("sessionStorage.getItem('kelrodis')") or "{}"))


@pytest.mark.parametrize("language", ["lt", "pl", "en"])
@pytest.mark.parametrize(("size", "dark"), [("phone", False), ("desk", True)])
def test_each_language_is_answered_with_cards(person: Any, site: str, language: str, size: str, dark: bool) -> None:
    page = person.open(f"{site}/?lang={language}", size, dark=dark)
    shade = "dark" if dark else "light"
    person.picture(page, f"start-{language}-{size}-{shade}")
    person.ask(page, HUNGRY[language])
    card = page.locator(".card").first
    expect(card).to_be_visible()
    assert page.locator("#latest").get_attribute("lang") == language
    assert (card.locator("a.call").first.get_attribute("href") or "").startswith(("tel:+370", "mailto:", "http"))
    person.picture(page, f"cards-{language}-{size}-{shade}")
    page.goto(f"{site}/?lang={language}")
    person.ask(page, IN_DANGER[language])
    person.picture(page, f"danger-{language}-{size}-{shade}")
    page = person.open(f"{site}/?lang={language}", size, dark=dark)
    person.ask(page, ELSEWHERE[language])
    person.picture(page, f"nomatch-{language}-{size}-{shade}")


@pytest.mark.parametrize("language", ["lt", "pl", "en"])
@pytest.mark.parametrize("size", ["phone", "small"])
def test_in_danger_the_number_is_seen_first(person: Any, site: str, language: str, size: str) -> None:
    page = person.open(f"{site}/?lang={language}", size)
    person.ask(page, IN_DANGER[language])
    number = page.locator("#latest .first a.call")
    expect(number).to_be_in_viewport(ratio=1)
    assert number.get_attribute("href") == "tel:112"
    assert number.locator("strong").evaluate("e => parseFloat(getComputedStyle(e).fontSize)") >= 36
    above = page.locator("#latest .danger").evaluate("e => e.getBoundingClientRect().top")
    assert above < 130, "something stands between the header and the number"
    sms = page.locator('#latest a[href^="sms:112?body="]')
    assert "Reikia%20pagalbos" in (sms.get_attribute("href") or "")
    second = page.locator("#latest .lines > li").nth(1).locator("a.call")
    assert second.evaluate("e => e.getBoundingClientRect().top") > number.evaluate(
        "e => e.getBoundingClientRect().bottom"
    )


def test_quick_replies_stay_and_can_be_pressed_again(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=en")
    example = page.locator(".greeting button").first
    example.click()
    page.locator(ANSWERS).nth(0).wait_for()
    example.click()
    page.locator(ANSWERS).nth(1).wait_for()
    expect(example).to_be_visible()


def test_the_conversation_stays_over_page_changes_and_in_this_tab_only(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=lt")
    person.ask(page, HUNGRY["lt"])
    before = page.locator("#latest").inner_text()
    page.goto(f"{site}/needs?lang=lt")
    page.goto(f"{site}/?lang=lt")
    page.locator("#latest").wait_for()
    assert page.locator("#latest").inner_text() == before
    assert page.evaluate("localStorage.length") == 0
    assert page.context.cookies() == []
    person.ask(page, "daugiau")
    expect(page.locator(ANSWERS)).to_have_count(2)


def test_what_is_older_than_thirty_minutes_is_erased_on_load(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=lt")
    person.ask(page, HUNGRY["lt"])
    page.evaluate(
        "const k = JSON.parse(sessionStorage.kelrodis); k.at -= 31 * 60000; sessionStorage.kelrodis = JSON.stringify(k)"
    )
    page.reload()
    expect(page.locator(ANSWERS)).to_have_count(0)
    assert kept(page) == {}


def test_starting_over_erases_here_and_on_the_server(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=en")
    person.ask(page, HUNGRY["en"])
    sender = kept(page)["sender"]
    with page.expect_request("**/api/v1/chat/end") as ended:
        page.locator("form.erase button").click()
    assert ended.value.post_data_json == {"sender": sender}
    expect(page.locator(ANSWERS)).to_have_count(0)
    expect(page.locator("textarea")).to_be_focused()
    assert kept(page) == {}


def test_the_language_is_changed_for_the_going_conversation(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=lt")
    person.ask(page, HUNGRY["lt"])
    page.locator(".languages a[lang=pl]").click()
    page.locator(ANSWERS).nth(1).wait_for()
    assert page.locator("#latest").get_attribute("lang") == "pl"
    assert page.locator("html").get_attribute("lang") == "pl"
    expect(page.locator("button.send")).to_have_text("Wyślij")
    person.ask(page, "więcej")
    assert page.locator("#latest").get_attribute("lang") == "pl"


def test_a_message_sent_without_a_connection_is_kept_and_answered_once(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=en")
    ids: list[str] = []
    page.on("request", lambda r: ids.append(r.post_data_json["message_id"]) if r.url.endswith("/chat") else None)
    page.context.set_offline(True)
    write(page, HUNGRY["en"])
    fault = page.locator(".fault")
    fault.wait_for()
    expect(fault.locator('a[href="tel:112"]')).to_be_visible()
    person.picture(page, "offline-en-phone-light")
    page.context.set_offline(False)
    page.locator(ANSWERS).first.wait_for()
    expect(fault).to_have_count(0)
    expect(page.locator(".asked")).to_have_count(1)
    expect(page.locator(ANSWERS)).to_have_count(1)
    assert len(set(ids)) == 1


def test_a_server_that_fails_shows_help_lines_and_a_way_to_ask_again(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=pl")
    page.route("**/api/v1/chat", lambda route: route.abort())
    write(page, HUNGRY["pl"])
    page.locator(".fault").wait_for()
    expect(page.locator('.fault a[href="tel:112"]')).to_be_visible()
    page.unroute("**/api/v1/chat")
    page.locator("[data-do=retry]").click()
    page.locator(ANSWERS).first.wait_for()
    expect(page.locator(".asked")).to_have_count(1)


def test_a_message_is_not_lost_with_the_page(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=pl")
    page.route("**/api/v1/chat", lambda route: route.abort())
    write(page, HUNGRY["pl"])
    page.locator(".asked").wait_for()
    page.unroute("**/api/v1/chat")
    page.reload()
    page.locator(ANSWERS).first.wait_for()
    expect(page.locator(".asked")).to_have_count(1)


def test_who_waits_long_sees_the_numbers_and_then_the_answer(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=en")
    held: list[Any] = []
    page.route("**/api/v1/chat", lambda route: held.append(route))
    write(page, HUNGRY["en"])
    expect(page.locator('.fault a[href="tel:112"]')).to_be_visible(timeout=9_000)
    held[0].continue_()
    page.locator(ANSWERS).first.wait_for()
    expect(page.locator(".fault")).to_have_count(0)


def test_starting_over_while_waiting_lets_one_write_again_at_once(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=en")
    held: list[Any] = []
    page.route("**/api/v1/chat", lambda route: held.append(route))
    write(page, HUNGRY["en"])
    page.locator(".asked").wait_for()
    page.locator("form.erase button").click()
    page.unroute("**/api/v1/chat")
    person.ask(page, "food in Visaginas")
    expect(page.locator(".asked")).to_have_count(1)
    expect(page.locator(ANSWERS)).to_have_count(1)


def test_a_language_chosen_while_waiting_is_not_lost(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=en")
    held: list[Any] = []
    page.route("**/api/v1/chat", lambda route: held.append(route))
    write(page, HUNGRY["en"])
    page.locator(".asked").wait_for()
    page.unroute("**/api/v1/chat")
    page.locator(".languages a[lang=pl]").click()
    page.locator(ANSWERS).nth(1).wait_for()
    assert page.locator("#latest").get_attribute("lang") == "pl"


def test_the_keyboard_goes_on_where_a_button_has_gone(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=en")
    person.ask(page, HUNGRY["en"])
    card = page.locator(".card").first
    card.locator("summary", has_text="Did this help?").click()
    card.locator("button", has_text="Yes").press("Enter")
    expect(card.locator("p.quiet")).to_be_focused()


def test_cards_can_be_copied_rated_reported_and_followed(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=en")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    person.ask(page, HUNGRY["en"])
    card = page.locator(".card").first
    card.locator("[data-do=copy]").click()
    expect(page.locator(".status")).to_have_text("Copied.")
    assert "+370" in page.evaluate("navigator.clipboard.readText()")
    card.locator("summary", has_text="Did this help?").click()
    with page.expect_response("**/api/v1/feedback") as told:
        card.locator("button", has_text="Yes").click()
    assert told.value.status == 202
    card.locator("summary", has_text="Report").click()
    with page.expect_response("**/api/v1/reports") as told:
        card.locator("button", has_text="Nobody answers").click()
    assert told.value.status == 202
    card.locator("a", has_text="More like this").click()
    page.wait_for_url("**/needs/*")
    assert page.title() == "Kelrodis"
    expect(page.locator(".card").first).to_be_visible()


def test_the_whole_chat_works_with_the_keyboard_alone(person: Any, site: str) -> None:
    page = person.open(f"{site}/?lang=en", "desk")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.getAttribute('data-do')") == "exit"
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to the question
    assert page.evaluate("document.activeElement.id") == "message"
    page.keyboard.type("where to get food in Vilnius")
    page.keyboard.press("Enter")
    page.locator(ANSWERS).first.wait_for()
    seen = set()
    for _ in range(150):
        page.keyboard.press("Shift+Tab")
        seen.add(page.evaluate("document.activeElement.className + ' ' + (document.activeElement.dataset.do || '')"))
        if page.evaluate("document.activeElement.classList.contains('skip')"):
            break
    else:
        raise AssertionError("a keyboard trap")
    assert any(name.startswith("call") for name in seen)
    assert any("copy" in name for name in seen)
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"


def test_small_screens_show_what_is_needed(person: Any, site: str) -> None:
    for size in ("small", "keyboard"):
        page = person.open(f"{site}/?lang=lt", size)
        for selector in ("textarea", ".send", ".top .exit", ".topics", ".languages"):
            expect(page.locator(selector)).to_be_in_viewport(ratio=0.9)
        person.picture(page, f"start-lt-{size}-light")
    page = person.open(f"{site}/?lang=pl", "zoomed")
    person.ask(page, HUNGRY["pl"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.evaluate(
        "[...document.querySelectorAll('a, button, summary, input:not([type=hidden]), textarea')].filter(e => {"
        "const b = e.getBoundingClientRect(); return b.width && (b.height < 24 || b.width < 24)"
        "&& getComputedStyle(e).position !== 'absolute' }).map(e => e.outerHTML.slice(0, 90))"
    )
    assert small == []
