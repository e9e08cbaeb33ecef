"""How facts of the config are worded as passages that may be quoted."""

from __future__ import annotations

from datetime import date

from appliance.config.model import Client, Price
from appliance.toolkit import say_day, say_list, say_money

HOURS = "Opening hours"
CONTACT = "Contact"
PRICES = "Price list"
DEPARTMENTS = "Departments"


def hours(week: str, zone: str) -> str:
    """Word the usual week."""
    return f"Our opening hours are {week} ({zone})."


def special_day(day: date, name: str, words: str) -> str:
    """Word a day unlike its weekday."""
    opened = "we are closed" if words == "closed" else f"we are open {words}"
    return f"On {say_day(day)}, {day.year} ({name}) {opened}."


def address(company: str, text: str) -> str:
    """Word where the company is."""
    return f"{company} is at {text}."


def phone(number: str) -> str:
    """Word the phone number."""
    return f"You can call us at {number}."


def email(text: str) -> str:
    """Word the e-mail address."""
    return f"You can write to us at {text}."


def website(text: str) -> str:
    """Word the website."""
    return f"Our website is {text}."


def product(price: Price, client: Client) -> str:
    """Word a product and its price."""
    cost = say_money(price.price, price.currency or client.currency)
    per = "" if price.per == "once" else f" per {price.per}"
    often = ", paid once" if price.period == "once" else f" per {price.period}"
    return f"{price.description} {price.name} costs {cost}{per}{often}."


def departments(names: list[str]) -> str:
    """Word whom one can ask for."""
    return f"You can ask for {say_list(names)}."
