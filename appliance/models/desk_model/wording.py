"""Every sentence basic mode says by itself, and how it words days, times, sums and slots."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from decimal import Decimal

from appliance.models.desk_model.slots import periods
from appliance.models.desk_model.slots.found import Kind, Slot, Value

YES, NO = "Yes, please", "No, thanks"
PERSON_REPLIES = (YES, NO)
CONFIRM_REPLIES = ("Yes, that's right", "Change something", "Cancel")

ANYTHING_ELSE = "Is there anything else I can help you with?"
THANKS = "You're welcome! " + ANYTHING_ELSE
BYE = "Thank you for getting in touch. Have a good day!"
GREETING_AGAIN = "Hello! How can I help you?"
HOW_ARE_YOU = "All is well here, thank you. How can I help you?"
DROPPED = "No problem, I have stopped that; nothing was changed."
NOTHING_TO_DROP = "All right. " + ANYTHING_ELSE
ALL_RIGHT = "All right. " + ANYTHING_ELSE
CANCEL_BY_PERSON = "Shall I pass your cancellation on to a colleague?"
NOT_CANCELLED = f"I can move a booking myself, but not cancel it. {CANCEL_BY_PERSON}"
NOT_BOOKED_HERE = f"I cannot cancel a booking myself. {CANCEL_BY_PERSON}"
ONE_BOOKING = "I can keep one booking in a conversation. Shall I ask a colleague to add another?"
SECOND_BY_PERSON = (
    'I can keep one booking in a conversation. A colleague can add another: just say "person".'
)
ONE_ADDRESS = "I can enter one e-mail address only, and keep the one you gave first."
HERE = "Yes, I'm here."
NO_NOTES = 'I cannot add a note to it. If a colleague should know, just say "person".'
CAN_MOVE_LATER = "Yes, you can move it later: just tell me here."
OPTED_OUT = "I understand. Shall I ask a colleague to see to it that you hear no more from us?"
NOTHING_BEGUN = "All right, I do nothing of the kind. " + ANYTHING_ELSE
TAKE_TIME = "Of course, take your time."
MOVE_DEFERRED = "Of course, take your time. Your booking stays as it is until you decide."
DEFERRED = "Of course, take your time. Nothing is done yet; say so here when you have decided."
NOT_MOVED = "I can only move a booking of this conversation. Shall I ask a colleague to move yours?"
NO_BOOKING = (
    "I don't see a booking of yours in this conversation. Shall I ask a colleague to look it up?"
)
NOT_SEEN = "I cannot see what others have booked. Shall I ask a colleague to look it up?"
PRIVATE = "I'm sorry, what concerns our other customers is private, and I cannot tell it."
OWN_DATA = {
    Kind.EMAIL: "e-mail address",
    Kind.PHONE: "phone number",
    Kind.PERSON: "name",
    Kind.COMPANY: "company",
}
WHAT_CHANGE = "Of course. What should I change?"
NOT_IN_INFORMATION = (
    "I'm sorry, I don't have that in our information, and I don't want to guess. "
    "Would you like me to pass your question on to a colleague?"
)
NEAREST = (
    "I'm sorry, I don't find exactly that in our information. The nearest I have is from \"{}\". "
    "Shall I show you what it says, or pass your question on to a colleague?"
)
NEAREST_REPLIES = ("Show me", "Ask a colleague")
NOT_NOW = (
    "I'm sorry, I don't have that in our information, and I don't want to guess. "
    'A colleague can tell you: just say "person" at any time.'
)
STILL_NOT = (
    "I don't have an answer to that either, I'm sorry. A colleague can help you better: "
    "shall I bring one in?"
)
NOT_UNDERSTOOD = (
    "I'm sorry, I did not understand that. Could you say it in other words, "
    "or shall I bring in a colleague?"
)
STUCK = "I'm sorry, I'm not getting this right. Shall I bring in a colleague?"
UPSET = "I'm sorry about that. Shall I bring in a colleague who can help you?"
CANNOT = "I cannot do that here, but a colleague can. Shall I pass it on?"
NAME_A_DISCOUNT = (
    "I can only work out a discount that you name. Shall I ask a colleague what is possible?"
)
TOO_DEAR = "I understand. Shall I ask a colleague what else is possible?"
NO_ORDERS = "I cannot take orders myself. Shall I pass yours on to a colleague?"
NO_NEWS = "I have nothing new yet. As soon as a colleague answers, it comes here by itself."
NO_WAY_TO_REACH = (
    "Without an e-mail address or a phone number nobody can get back to you. "
    "Shall I bring in a colleague here instead?"
)
LACKING = (
    "I cannot do this without the {}, I'm sorry. A colleague may find it another way: "
    "shall I bring one in?"
)
FAILED_NEXT = "Shall I bring in a colleague, or would you like to try something else?"
FAILED_PLAIN = "I'm sorry, that did not work just now, and nothing was changed."
DID_PLAIN = "Done."
FOUND_NOTHING = "I found nothing that fits."
SURVEY_INTRO = "One quick question, if you like: "
SURVEY_THANKS = "Thank you, that helps us. " + ANYTHING_ELSE
SURVEY_TROUBLE = (
    "Thank you for telling us. If something is wrong there, a colleague can see to it. "
    "Shall I pass it on?"
)
SURVEY_SKIPPED = "No problem. " + ANYTHING_ELSE
SORRY = "I'm sorry, I did not get that."
DID_YOU_MEAN = "I want to be sure I get this right. Did you mean {}?"
OPEN_NOW = "Yes, we are open now."
ONLY_ENGLISH = "In this chat I can only read English."
CLOSED_NOW = "We are closed at the moment."
OPEN_THEN = "No, we are open then."
CLOSED_THEN = "Yes, we are closed then."
SKIP_REPLY = "Skip"

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_SYMBOLS = {"USD": "$", "EUR": "€", "GBP": "£"}


def bot(company: str) -> str:
    """Say honestly what this is."""
    return (
        f"I'm {company}'s automated assistant, not a person. I can answer questions and do some "
        "things for you right away; if you would rather have a person, just say so."
    )


def abilities(labels: Sequence[str]) -> str:
    """Say what can be done here."""
    return f"I can help you with, for example: {listed(labels, 'and')}. What would you like?"


def day(value: date | str) -> str:
    """Word a day: Thursday 19 November."""
    on = date.fromisoformat(value) if isinstance(value, str) else value
    return f"{_WEEKDAYS[on.weekday()]} {on.day} {_MONTHS[on.month - 1]}"


def clock(value: time | str) -> str:
    """Word a time of day: 3:00 pm."""
    at = time.fromisoformat(value) if isinstance(value, str) else value
    return f"{at.hour % 12 or 12}:{at.minute:02d} {'am' if at.hour < 12 else 'pm'}"


def weekday(number: int) -> str:
    """Word a weekday, Monday being 0."""
    return _WEEKDAYS[number]


def booked_for(what: str, on: str, at: str) -> str:
    """Say when a booking is."""
    return f"Your {what} is on {on} at {at}."


def moves_from(day: str, at: str) -> str:
    """Say that a booking would be moved."""
    return f"This moves your booking of {day} at {at}."


def for_example(question: str, replies: Sequence[str]) -> str:
    """Ask with what there is to choose from."""
    return f"{question} For example {listed(replies, 'or')}." if replies else question


def i_have(what: str, given: str) -> str:
    """Tell what is noted of the customer: I have jane@example.com as your e-mail address."""
    return f"I have {given} as your {what}."


def have_none(what: str) -> str:
    """Say that nothing of the kind is noted."""
    return f"I don't have your {what} in this conversation."


def lacking(slot: Slot) -> str:
    """Say that it cannot go on without something."""
    return LACKING.format(slot_name(slot))


def nearest(source: str) -> str:
    """Name the document in which something near stands, without the page."""
    document = re.sub(r", (?:page|slide|sheet|row) .*$", "", source)
    return NEAREST.format(document)


def money(amount: Decimal, currency: str) -> str:
    """Word a sum: $1,500.00."""
    symbol = _SYMBOLS.get(currency)
    return f"{symbol}{amount:,.2f}" if symbol else f"{amount:,.2f} {currency}"


def listed(words: Sequence[str], joint: str) -> str:
    """Join words: a, b or c."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {joint} {words[-1]}"


def label(name: str) -> str:
    """Word the name of a wish for a button: Book a demo."""
    return name.replace("_", " ").capitalize()


def slot_name(slot: Slot) -> str:
    """Word a slot's name."""
    return " ".join(slot.words)


def value(slot: Slot | None, given: Value) -> str:
    """Word a slot's value for people."""
    if given is None or given == "":
        return "none given"
    if slot is not None and slot.kind is Kind.DAY:
        return day(str(given))
    if slot is not None and slot.kind is Kind.TIME:
        return clock(str(given))
    if isinstance(given, bool):
        return "yes" if given else "no"
    return str(given)


def ask(slot: Slot, asks: Mapping[str, str]) -> str:
    """Ask for a slot, in the tool's words where it has some."""
    if slot.name in asks:
        return asks[slot.name]
    questions = {
        Kind.DAY: "Which day suits you?",
        Kind.TIME: "What time suits you?",
        Kind.EMAIL: "What is your e-mail address?",
        Kind.PHONE: "What is your phone number?",
        Kind.PERSON: "May I have your name?",
        Kind.FIRST_NAME: "May I have your first name?",
        Kind.LAST_NAME: "May I have your last name?",
        Kind.COMPANY: "Which company are you with?",
        Kind.PRODUCT: "Which product is it about?",
        Kind.CHOICE: f"Which one: {listed(slot.choices, 'or')}?",
        Kind.COUNT: f"How many {slot_name(slot)}?",
    }
    return questions.get(slot.kind, f"What should I put for the {slot_name(slot)}?")


def contact_way(slots: Sequence[Slot]) -> str:
    """Ask for one way to reach the customer."""
    names = {Kind.EMAIL: "e-mail address", Kind.PHONE: "phone number"}
    ways = [names[slot.kind] for slot in slots if slot.kind in names]
    return f"What is the best {listed(ways, 'or')} to reach you?"


def again(slot: Slot, trouble: str, question: str) -> str:
    """Ask again, saying why."""
    broken = {
        Kind.EMAIL: "That e-mail address looks incomplete. Could you type it again?",
        Kind.PHONE: "That phone number looks incomplete. "
        "Could you type it again, with the area code?",
    }
    if trouble == "broken" and slot.kind in broken:
        return broken[slot.kind]
    if trouble == "past":
        return f"That day has already passed. {question}"
    if trouble == "open":
        return question
    return f"{SORRY} {question}"


def which_day(hint: str, days: Sequence[str]) -> str:
    """Ask for the day within a vague period."""
    lead = f"Which day {hint} would suit you" if hint else "Which day would suit you"
    return f"{lead}? For example {listed(days, 'or')}." if days else f"{lead}?"


def period(words: str) -> str:
    """Word a period of days: next week, at the end of the month, after Thursday 19 November."""
    if (bounds := periods.bounds(words)) is None:
        return periods.worded(words)
    way, first, last = bounds
    return f"{way} {day(first)}" + (f" to {day(last)}" if last else "")


def closed_then(when: str, others: Sequence[str]) -> str:
    """Say that a whole period is closed and name the next open days."""
    rest = f" The next open days are {listed(others, 'and')}." if others else ""
    return f"We are closed {when}.{rest} Which day would suit you?"


def which_of(options: Sequence[str]) -> str:
    """Ask which of the values named is meant."""
    return f"Which one would you like: {listed(options, 'or')}?"


def which_time(hint: str, spans: str) -> str:
    """Ask for the time within a vague part of the day."""
    lead = f"What time exactly ({hint})" if hint else "What time would suit you"
    return f"{lead}? We are open {spans} that day." if spans else f"{lead}?"


def time_here(at: str, zone: str) -> str:
    """Say what a time told in another zone is in the company's."""
    return f"In {city(zone)} time that is {clock(at)}."


def which_time_here(zone: str) -> str:
    """Ask for the time in the company's own zone."""
    return f"Our times are {city(zone)} time. What time would suit you, told in our time?"


def city(zone: str) -> str:
    """Give the place a time zone is named by: New York of America/New_York."""
    return zone.rpartition("/")[2].replace("_", " ")


def closed_that_day(on: str, others: Sequence[str], *, over: bool = False) -> str:
    """Say that a day is closed, or over, and name the next open ones."""
    rest = f" The next open days are {listed(others, 'and')}." if others else ""
    told = "We have already closed for today." if over else f"We are closed on {on}."
    return f"{told}{rest} Which day would suit you?"


def outside_hours(at: str, on: str, spans: str) -> str:
    """Say that a time is outside the hours of the day."""
    return f"{at} is outside our hours: on {on} we are open {spans}. What time would suit you?"


def time_gone(at: str) -> str:
    """Say that a time of today has passed."""
    return f"{at} today has already passed. What time would suit you?"


def read_back(name: str, worded: Sequence[tuple[str, str]]) -> str:
    """Read a call back in plain words."""
    told = ", ".join(f"{slot} {given}" for slot, given in worded)
    return f"Shall I go ahead with this: {name} ({told})?" if told else f"Shall I go ahead: {name}?"


def summary(words: Sequence[str], task: str | None) -> str:
    """Sum up for the colleague who takes over, in the customer's own words."""
    begun = f" Begun and not finished: {task}." if task else ""
    return "Customer wrote: " + " / ".join(f'"{one}"' for one in words) + "." + begun


def hours_on(on: str, spans: str) -> str:
    """Say the hours of one day."""
    return f"On {on} we are open {spans}." if spans else f"On {on} we are closed."


def hours_from(first: str, last: str, spans: str) -> str:
    """Say the hours of several days in a row."""
    return f"From {first} to {last} we are {f'open {spans}' if spans else 'closed'}."


def answered(lines: Sequence[str], *, yes: bool) -> str:
    """Say yes or no, and the hours: "No, on Saturday 21 November we are closed."."""
    word = "Yes" if yes else "No"
    if len(lines) == 1 and lines[0].startswith("On "):
        return f"{word}, on{lines[0][2:]}"
    return f"{word}. {' '.join(lines)}"


def opens_next(on: str, at: str) -> str:
    """Say when the doors open next."""
    return f"We open again on {on} at {at}."


def usual_hours(lines: Sequence[str], zone: str) -> str:
    """Say the usual hours."""
    return f"Our opening hours are {listed(lines, 'and')} ({zone} time)."


def address(company: str, where: str) -> str:
    """Say where the company is."""
    return f"You find {company} at {where}."


def contact(ways: Sequence[str]) -> str:
    """Say how to reach the company."""
    return f"You can reach us {listed(ways, 'or')}."


def departments(names: Sequence[str]) -> str:
    """Say which departments there are."""
    return f"Our departments are {listed(names, 'and')}. Shall I put you in touch with one of them?"


def price_line(name: str, amount: str, per: str, period: str) -> str:
    """Word a list price: Premium is $99.00 per user per month."""
    unit = "" if per == "once" else f" per {per}"
    when = " once" if period == "once" else f" per {period}"
    return f"{name} is {amount}{unit}{when}"


def products(lines: Sequence[str]) -> str:
    """Say what is sold, and for how much."""
    return (
        f"This is what we offer: {'; '.join(lines)}. Which one would you like to know more about?"
    )


def which_product(lines: Sequence[str]) -> str:
    """Ask which product a price is wanted for, giving the list prices."""
    return f"{'; '.join(lines)}. Which one may I work out for you?"


def in_tongue(tongue: str, *, person: bool) -> str:
    """Say in their language that the desk speaks English, and that somebody is fetched."""
    sorry, fetched = _TONGUES.get(tongue, _TONGUES["en"])
    return f"{sorry} {fetched}" if person else sorry


_TONGUES = {
    "en": (
        "I'm sorry, I can only read English here.",
        "I am asking somebody from our team to join us.",
    ),
    "de": (
        "Leider kann ich hier nur Englisch lesen.",
        "Ich bitte jemanden aus unserem Team dazu.",
    ),
    "fr": (
        "Désolé, je ne peux lire que l'anglais ici.",
        "Je demande à une personne de notre équipe de prendre le relais.",
    ),
    "es": (
        "Lo siento, aquí solo puedo leer inglés.",
        "Voy a pedir a una persona de nuestro equipo que se ocupe.",
    ),
    "it": (
        "Mi dispiace, qui posso leggere solo l'inglese.",
        "Chiedo a una persona del nostro team di occuparsene.",
    ),
    "pt": (
        "Lamento, aqui só consigo ler inglês.",
        "Vou pedir a uma pessoa da nossa equipa que trate disso.",
    ),
    "nl": (
        "Sorry, ik kan hier alleen Engels lezen.",
        "Ik vraag iemand van ons team om het over te nemen.",
    ),
    "pl": (
        "Przepraszam, tutaj rozumiem tylko język angielski.",
        "Poproszę o pomoc kogoś z naszego zespołu.",
    ),
    "sv": (
        "Tyvärr kan jag bara läsa engelska här.",
        "Jag ber någon i vårt team att ta över.",
    ),
    "da": (
        "Desværre kan jeg kun læse engelsk her.",
        "Jeg beder en fra vores team om at tage over.",
    ),
    "no": (
        "Beklager, jeg kan bare lese engelsk her.",
        "Jeg ber noen i teamet vårt om å ta over.",
    ),
    "fi": (
        "Valitettavasti osaan lukea täällä vain englantia.",
        "Pyydän jotakuta tiimistämme auttamaan.",
    ),
    "cs": (
        "Bohužel zde rozumím pouze anglicky.",
        "Požádám o pomoc někoho z našeho týmu.",
    ),
    "ro": (
        "Îmi pare rău, aici pot citi doar în engleză.",
        "Rog pe cineva din echipa noastră să preia conversația.",
    ),
    "hu": (
        "Sajnos itt csak angolul tudok olvasni.",
        "Megkérek valakit a csapatunkból, hogy segítsen.",
    ),
    "tr": (
        "Üzgünüm, burada yalnızca İngilizce okuyabiliyorum.",
        "Ekibimizden birinin yardımcı olmasını rica ediyorum.",
    ),
    "vi": (
        "Xin lỗi, ở đây tôi chỉ đọc được tiếng Anh.",
        "Tôi sẽ nhờ một người trong nhóm của chúng tôi hỗ trợ.",
    ),
    "ru": (
        "К сожалению, здесь я понимаю только английский.",
        "Я попрошу кого-нибудь из нашей команды помочь.",
    ),
    "uk": (
        "На жаль, тут я розумію лише англійську.",
        "Я попрошу когось із нашої команди допомогти.",
    ),
    "el": (
        "Λυπάμαι, εδώ μπορώ να διαβάσω μόνο αγγλικά.",
        "Θα ζητήσω από κάποιον της ομάδας μας να βοηθήσει.",
    ),
    "ar": (
        "عذرًا، لا أستطيع هنا قراءة غير الإنجليزية.",
        "سأطلب من أحد أفراد فريقنا المساعدة.",
    ),
    "he": (
        "מצטערים, כאן אפשר לקרוא רק אנגלית.",
        "אבקש ממישהו מהצוות שלנו לעזור.",
    ),
    "hi": (
        "क्षमा करें, मैं यहाँ केवल अंग्रेज़ी पढ़ सकता हूँ।",
        "मैं हमारी टीम के किसी व्यक्ति से मदद करने के लिए कहता हूँ।",
    ),
    "th": (
        "ขออภัย ที่นี่ฉันอ่านได้เฉพาะภาษาอังกฤษ",
        "ฉันจะขอให้คนในทีมของเรามาช่วย",
    ),
    "zh": (
        "抱歉,我在这里只能看懂英文。",
        "我会请我们团队的一位同事来帮助您。",
    ),
    "ja": (
        "申し訳ありませんが、ここでは英語しか読めません。",
        "担当の者に対応を依頼します。",
    ),
    "ko": (
        "죄송하지만 여기서는 영어만 읽을 수 있습니다.",
        "저희 팀의 담당자에게 도움을 요청하겠습니다.",
    ),
}
"""Sentences by language: that only English is read here, and that somebody is asked to join."""
