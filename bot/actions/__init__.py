"""What the bot does when a rule has chosen; one Action a file.

`rasa run actions --actions bot.actions` finds them too.
"""

from bot.actions.answer_yes_no import AnswerYesNo
from bot.actions.base import TurnAction
from bot.actions.change_language import ChangeLanguage
from bot.actions.choose_item import ChooseItem
from bot.actions.human_contact import HumanContact
from bot.actions.more_results import MoreResults
from bot.actions.search_services import SearchServices
from bot.actions.set_place import SetPlace
from bot.actions.start_over import StartOver
from bot.actions.talk import Talk
from bot.actions.tell_detail import TellDetail
from bot.actions.tell_discretion import TellDiscretion

ALL: tuple[type[TurnAction], ...] = (
    AnswerYesNo,
    ChangeLanguage,
    ChooseItem,
    HumanContact,
    MoreResults,
    SearchServices,
    SetPlace,
    StartOver,
    Talk,
    TellDetail,
    TellDiscretion,
)

__all__ = ["ALL", "TurnAction"]
