"""bot_config.yaml as typed, documented models. Unknown keys are errors everywhere.

The shape follows the seed's schema (client, workflow, voice, behavior, monitoring) and adds what
basic mode needs: intents with examples, typed facts, departments and the calendar.
"""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

SCHEMA_VERSION = "1.0"
DISCOUNT_CEILING = Decimal("0.20")

Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
SecretName = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
Line = Annotated[str, Field(min_length=1, max_length=2000)]
Example = Annotated[str, Field(min_length=2, max_length=300)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
McpPrefix = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,23}$")]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,63}$")]
Header = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,63}$")]


class Strict(BaseModel):
    """A section of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Client(Strict):
    """The company this appliance works for."""

    id: Slug
    """A short name for the company, used in files and reports."""
    name: Line
    """The company's name as customers read it."""
    use_case: Name = "front_desk"
    """What the bot is for, e.g. inbound_sales."""
    vertical: Name = "general"
    """The company's trade, e.g. b2b_saas."""
    region: Annotated[str, Field(pattern=r"^[A-Z]{2}$")] = "US"
    """Two-letter country; tells how phone numbers without a country code are read."""
    currency: Currency = "USD"
    """The currency prices are in unless they say otherwise."""
    language: Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "en"
    """The language the bot answers in."""


Provider = Literal["desk", "openai", "anthropic", "google", "openai_compatible"]


class ModelProfile(Strict):
    """One language model a turn may use."""

    provider: Provider
    """Who serves it; `desk` is the built-in basic mode and needs no key."""
    model: Line = "desk"
    """The provider's name of the model."""
    base_url: str | None = None
    """The server's address; needed for openai_compatible, else the provider's own."""
    credentials_secret: SecretName | None = None
    """Name of the secret that holds the key (never the key itself)."""
    temperature: Annotated[float, Field(ge=0, le=2)] | None = None
    """How freely the model words its answers; without it the provider's own (some take none)."""
    max_tokens: Annotated[int, Field(ge=16, le=32_000)] = 800
    """The longest answer, in tokens; a model that thinks first needs more."""
    connect_s: Annotated[float, Field(gt=0, le=60)] = 3
    """Seconds until the server must have taken the connection."""
    first_s: Annotated[float, Field(gt=0, le=120)] = 8
    """Seconds until the first word must be there; then the next model is asked."""
    total_s: Annotated[float, Field(gt=0, le=120)] = 20
    """Seconds until the answer must be whole. The turn's own limit may end it earlier."""
    retries: Annotated[int, Field(ge=0, le=3)] = 1
    """How often a passing failure (overload, lost connection) is tried again before a word came."""


class ModelPrice(Strict):
    """What a model costs, in the client's currency. Without one a call's cost is not known."""

    model: Line
    """The model's name, as in llm.model or a fallback."""
    provider: Provider | None = None
    """Only with this provider; without it, whoever serves the model."""
    input: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)]
    """For a million tokens read."""
    output: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)]
    """For a million tokens written."""
    cached_input: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=6)] | None = None
    """For a million tokens the provider still had; without it they cost as much as others."""
    currency: Currency | None = None
    """The currency the price is written in; it must be the client's."""
    valid_from: date
    """First day the price holds (UTC); the latest one that has begun counts."""


class Llm(ModelProfile):
    """Which models answer, in order. Basic mode stands last in every chain by itself."""

    provider: Provider = "desk"
    """Who serves the first model."""
    fallbacks: Annotated[list[ModelProfile], Field(max_length=8)] = []
    """Tried in order when the first fails."""
    prices: list[ModelPrice] = []
    """What the models cost; the live config's hold for every conversation."""


class ToolUse(Strict):
    """A tool the bot may use, and its settings."""

    name: Name
    """The tool's name: the name of its file in tools/."""
    enabled: bool = True
    """Whether the bot may use it."""
    integration: Name | None = None
    """The connector it works through, where it has a choice."""
    config: dict[str, Any] = {}
    """The tool's own settings; `appliance tools list` shows what each one takes."""


class McpTool(Strict):
    """A tool of an MCP server that the bot may use. What stands here beats the server's words."""

    name: Annotated[str, Field(min_length=1, max_length=128)]
    """The tool's name as the server has it; `appliance tools list` shows them."""
    alias: Name | None = None
    """What the bot calls it; without one the server's prefix and the tool's name."""
    effect: Literal["read", "write", "money"] | None = None
    """What a call changes; write unless it is said, or the server is trusted to say `read`."""
    approval: bool | None = None
    """Whether a person must agree to each call; without a word, for effect money they must."""
    timeout_s: Annotated[float, Field(ge=0.5, le=60)] | None = None
    """How long a call may take; else the server's."""
    description: Line | None = None
    """What the model is told about the tool; without one, what the server says of it."""
    proves: list[
        Literal["booked", "transferred", "lead saved", "sent", "refunded", "cancelled"]
    ] = []
    """What the bot may say is done once the tool has succeeded."""
    read_back: Line | None = None
    """Basic mode's question before it runs; parameters in braces."""
    asks: dict[str, Line] = {}
    """Basic mode's question for each parameter."""


class McpServer(Strict):
    """A server whose tools the bot may use by the Model Context Protocol (MCP)."""

    name: McpPrefix
    """Its name here."""
    enabled: bool = True
    """Whether it is used."""
    command: Annotated[str, Field(min_length=1, max_length=1000)] | None = None
    """The program to run; it speaks MCP by its standard input and output."""
    args: Annotated[list[str], Field(max_length=100)] = []
    """The program's arguments."""
    env: dict[Variable, str] = {}
    """Variables for the program. It gets no others but PATH, HOME and the like."""
    env_secrets: dict[Variable, SecretName] = {}
    """Variables whose values are secrets, each with the secret's name."""
    url: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    """The server's address (streamable HTTP), instead of a command."""
    bearer_secret: SecretName | None = None
    """Name of the secret that is sent as `Authorization: Bearer ...`."""
    header_secrets: dict[Header, SecretName] = {}
    """Headers whose values are secrets, each with the secret's name."""
    prefix: McpPrefix | None = None
    """What the names of its tools begin with, before a _; else the server's name."""
    timeout_s: Annotated[float, Field(ge=0.5, le=60)] = 10
    """How long a call may take."""
    connect_timeout_s: Annotated[float, Field(ge=0.5, le=60)] = 10
    """How long it may take to start, or to answer, and to list its tools."""
    trust_read_only: bool = False
    """Whether a tool without an effect here is a read where the server says that it only reads."""
    tools: Annotated[list[McpTool], Field(max_length=128)] = []
    """Which of its tools the bot may use. Without any it gets none: name those you have read."""


class Channel(Strict):
    """A way in or out. Its `type` names the connector; the other keys are the connector's."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)

    type: Name
    """The connector, e.g. web_chat, whatsapp, email."""
    enabled: bool = True
    """Whether the channel is served."""


class Connector(Strict):
    """A system outside, e.g. a CRM. Its `type` names the connector."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)

    type: Name
    """The connector, e.g. salesforce; `builtin` needs nothing."""


class Integrations(Strict):
    """How the bot is reached and what it is connected to."""

    input_channels: list[Channel] = []
    """Where customers write or call."""
    output_channels: list[Channel] = []
    """Where follow-ups go out."""
    crm: Connector | None = None
    """The customer system; without one the built-in leads are used."""
    database: Connector | None = None
    """Kept from the seed's schema; only `builtin` exists, data stays in the appliance."""


class Reply(Strict):
    """What basic mode does when it recognises an intent: exactly one of these."""

    tool: Name | None = None
    """Start this tool: ask for its slots, read back, run it."""
    fact: Literal["hours", "address", "contact", "departments", "products"] | None = None
    """Answer from a typed fact of this file."""
    policy: Slug | None = None
    """Answer with this policy's words."""
    say: Line | None = None
    """Answer with this sentence."""


class Intent(Strict):
    """Something customers want, with the words they say it in."""

    name: Name
    """The intent's name."""
    examples: Annotated[list[Example], Field(min_length=1)]
    """How customers say it; ten or more different ones work well."""
    reply: Reply
    """What to do then."""


class Workflow(Strict):
    """What the bot is told and what it may do."""

    system_prompt: Annotated[str, Field(min_length=1, max_length=20_000)]
    """What a language model is told about its role. Basic mode does not read it."""
    greeting: Line = "Hello! How can I help you?"
    """The first words a visitor reads."""
    suggestions: Annotated[list[Line], Field(max_length=6)] = []
    """Buttons under the greeting."""
    llm: Llm = Llm()
    """Which models answer."""
    tools: list[ToolUse] = []
    """What the bot may do."""
    mcp_servers: Annotated[list[McpServer], Field(max_length=32)] = []
    """Servers outside whose tools the bot may use as well."""
    integrations: Integrations = Integrations()
    """Channels and systems."""
    intents: list[Intent] = []
    """What customers want: the heart of basic mode."""


class SpeechService(Strict):
    """A speech service; keys beyond these are the provider's own."""

    model_config = ConfigDict(extra="allow", frozen=True, use_attribute_docstrings=True)

    provider: Name
    """Who serves it, e.g. deepgram."""
    model: str | None = None
    """The provider's name of the model."""
    language: str | None = None
    """The language spoken, e.g. en-US."""
    credentials_secret: SecretName | None = None
    """Name of the secret that holds the key."""


class VoiceProvider(SpeechService):
    """Who hears or speaks in calls, and who does when that one cannot."""

    fallbacks: Annotated[list[SpeechService], Field(max_length=4)] = []
    """Who serves it when this one cannot, in order."""


class VoiceSettings(Strict):
    """How calls sound."""

    vad: Literal["builtin"] = "builtin"
    """Voice activity detection: LiveKit's own, on this machine."""
    stt: VoiceProvider
    """Speech to text."""
    llm: ModelProfile | None = None
    """A model that calls are given before the workflow's."""
    tts: VoiceProvider
    """Text to speech."""


Number = Annotated[str, Field(pattern=r"^[A-Za-z0-9+*#._-]{1,64}$")]
Telephone = Annotated[str, Field(pattern=r"^(sips?:[^\s<>\"]{1,200}|tel:\+?[0-9*#-]{2,32})$")]


MenuChoice = Literal["hours", "booking", "message", "person"]


class Phone(Strict):
    """Calls by telephone, from a PBX, a softphone or a trunk, over SIP."""

    enabled: bool = True
    """Whether telephones are answered; calls in the browser need only voice.enabled."""
    numbers: Annotated[list[Number], Field(max_length=100)] = []
    """The numbers or names that are answered, as they are dialled; without any, all are."""
    allowed_addresses: Annotated[list[str], Field(min_length=1, max_length=100)] = [
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
    ]
    """Addresses or networks that may call; others are refused."""
    username: Annotated[str, Field(pattern=r"^[^\s:\"]{1,64}$")] | None = None
    """The name a caller's telephone or PBX must prove with the password; without one, none need."""
    password_secret: SecretName | None = None
    """Name of the secret that holds the password (never the password itself)."""
    ring_s: Annotated[float, Field(ge=2, le=60)] = 20
    """How long a caller waits for the bot, at the beginning or where it was lost in a call."""
    fallback: Telephone | None = None
    """Where a call goes that no bot has answered within ring_s, or in which the bot was lost, e.g.
    sip:200@pbx.example or tel:+15551234567."""
    menu: Annotated[list[MenuChoice], Field(min_length=1, max_length=9)] = [
        "hours",
        "booking",
        "message",
        "person",
    ]
    """What the keypad menu offers where nobody can hear or speak, from key 1 on."""
    transfer_to: Telephone | None = None
    """Where a caller is put through to a person during opening hours; else a ticket waits."""
    transfer: Literal["cold", "warm"] = "cold"
    """Cold sends the caller's telephone there (REFER). Warm calls the person first, says who is
    calling and why, and joins the two once the person presses 1."""
    transfer_ring_s: Annotated[float, Field(ge=5, le=60)] = 25
    """Warm: how long the person's telephone rings."""


class Trunk(Strict):
    """The way out: the SIP trunk or PBX that carries calls of ours."""

    address: Annotated[str, Field(pattern=r"^[A-Za-z0-9.-]{1,253}(:[0-9]{1,5})?$")]
    """Its host, and its port where that is not the usual one, e.g. sip.provider.example."""
    number: Number
    """The number that is shown to whom we call, as the provider wants it."""
    transport: Literal["udp", "tcp", "tls"] = "udp"
    """How it is spoken with."""
    username: Annotated[str, Field(pattern=r"^[^\s:\"]{1,64}$")] | None = None
    """The name we prove with the password; without one, none is asked for."""
    password_secret: SecretName | None = None
    """Name of the secret that holds the password (never the password itself)."""


class Outbound(Strict):
    """Calls that the bot makes: follow-ups and reminders by telephone. They need voice.trunk."""

    enabled: bool = False
    """Whether anybody is called."""
    countries: Annotated[list[Country], Field(max_length=50)] = []
    """Two-letter countries that may be called; without any, the client's own alone."""
    not_before: time = time(9)
    """First minute of the day at which we call, in the calendar's zone."""
    not_after: time = time(19)
    """From this minute on we do not."""
    on_closed_days: bool = False
    """Whether we call on days on which the company is closed."""
    needs_consent: bool = True
    """Whether only those are called who have agreed to it; who said no is never called."""
    per_day: Annotated[int, Field(ge=1, le=10_000)] = 50
    """How often we dial a day, whoever it is."""
    per_number_per_day: Annotated[int, Field(ge=1, le=20)] = 2
    """How often we dial one number a day."""
    at_once: Annotated[int, Field(ge=1, le=20)] = 1
    """How many calls of ours may be under way at once."""
    ring_s: Annotated[float, Field(ge=5, le=60)] = 30
    """How long a telephone rings."""
    attempts: Annotated[int, Field(ge=1, le=10)] = 3
    """How often one follow-up is tried where it is busy or nobody answers."""
    retry_after_min: Annotated[float, Field(gt=0, le=10_080)] = 60
    """How long after an attempt the next one comes, at the earliest."""
    remind_before_h: Annotated[float, Field(gt=0, le=336)] | None = None
    """How long before an appointment its contact is called and reminded; without it nobody is."""


class VoiceManners(Strict):
    """How a call is held."""

    disclosure: Line = "You are speaking with an automated assistant."
    """The first words of every call, spoken to the end. The law of many places asks for them."""
    greeting: Line | None = None
    """What is said then; else the workflow's greeting."""
    filler_after_s: Annotated[float, Field(ge=0.3, le=10)] = 1.2
    """After how long without an answer "one moment" is said."""
    prompt_after_s: Annotated[float, Field(ge=2, le=60)] = 8.0
    """After how long a silence the caller is asked whether they are still there."""
    goodbye_after_s: Annotated[float, Field(ge=5, le=120)] = 20.0
    """After how long a silence the call ends."""
    longest_min: Annotated[float, Field(gt=0, le=240)] = 30.0
    """How long a call may last."""


class MissedCall(Strict):
    """A message to whoever called and got no answer, or whose call broke off."""

    text: Line | None = None
    """What is written; without it nothing is. It leaves by the first channel on which the caller
    has written to us and may be written to, and the conversation goes on there."""
    not_before: time = time(8)
    """First minute of the day at which it is written, in the calendar's zone."""
    not_after: time = time(21)
    """From this minute on it is not."""


class Recording(Strict):
    """Keeping the sound of calls. Nothing is kept before the sentence was said to its end."""

    enabled: bool = False
    """Whether the sound of spoken calls is kept."""
    sentence: Line = (
        "This call is recorded so that we can check what was agreed. "
        'If you do not want that, say "do not record me".'
    )
    """What the caller is told, after the disclosure and before anything is kept."""
    refuse_key: Literal["0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "*", "#"] | None = None
    """A key that refuses; the sentence must name it."""
    refusals: Annotated[list[Example], Field(max_length=50)] = []
    """Words that refuse, e.g. in another language; "do not record me" and its like are known."""
    keep_days: Annotated[int, Field(ge=1, le=3650)] = 30
    """After how many days a recording is erased."""


class Voice(Strict):
    """The phone."""

    enabled: bool = False
    """Whether calls are answered."""
    config: VoiceSettings | None = None
    """Who listens and speaks; without it, or where it breaks, callers choose by keys, and
    recordings speak."""
    phone: Phone = Phone()
    """Calls by telephone."""
    trunk: Trunk | None = None
    """Where calls of ours are sent."""
    outbound: Outbound = Outbound()
    """Calls that the bot makes."""
    when_closed: Literal["answer", "voicemail"] = "answer"
    """What callers meet while the company is closed: the bot, or a tone for their message."""
    missed_call: MissedCall = MissedCall()
    """What is written to whoever called in vain."""
    manners: VoiceManners = VoiceManners()
    """How a call is held."""
    recording: Recording = Recording()
    """Keeping the sound of calls; off unless it is switched on."""


class PiiCollection(Strict):
    """Which personal details the bot may ask for and keep."""

    enabled: bool = True
    """Whether it asks at all."""
    fields: list[Literal["name", "email", "phone", "company"]] = ["name", "email"]
    """Which details."""


class FollowUp(Strict):
    """When to come back to a contact."""

    condition: Name
    """What must have happened, e.g. no_response_24h."""
    action: Name
    """What is done then, e.g. send_followup_email."""


class FollowUps(Strict):
    """Coming back to contacts."""

    enabled: bool = False
    """Whether anything is sent."""
    triggers: list[FollowUp] = []
    """When and what."""


class CrossSell(Strict):
    """What may be offered beside."""

    enabled: bool = False
    """Whether anything is offered."""
    products: list[Name] = []
    """Ids of products in facts.prices."""


class Handoff(Strict):
    """When a person takes over."""

    triggers: list[
        Literal[
            "explicit_request",
            "negative_sentiment_3_consecutive",
            "complex_technical_question",
            "pricing_above_authority",
            "limit_reached",
            "not_understood",
        ]
    ] = ["explicit_request", "pricing_above_authority", "limit_reached", "not_understood"]
    """What leads to a person."""
    mode: Literal["warm_transfer", "create_ticket"] = "create_ticket"
    """Whether a person is called in at once or a ticket waits."""
    patterns: list[Line] = []
    """More phrases that ask for a person, as customers write them."""


class Survey(Strict):
    """When the survey questions are asked."""

    ask_after: list[Name] = ["schedule_demo", "create_crm_lead"]
    """One question is asked after one of these tools has succeeded."""


class Limits(Strict):
    """What one turn may use at most; on a limit the customer is told and handed over."""

    seconds: Annotated[float, Field(gt=0, le=120)] = 20
    """Wall time."""
    model_calls: Annotated[int, Field(ge=1, le=50)] = 8
    """Calls of a model."""
    tool_calls: Annotated[int, Field(ge=1, le=50)] = 8
    """Calls of tools."""
    tokens: Annotated[int, Field(ge=100)] = 40_000
    """Tokens in and out."""
    cost: Annotated[Decimal, Field(gt=0)] = Decimal("0.50")
    """Money, in the client's currency."""


class Spending(Strict):
    """What language models may cost; when it is used up, basic mode answers."""

    per_day: Annotated[Decimal, Field(gt=0)] | None = None
    """Money a day of the calendar's zone, in the client's currency."""
    per_conversation: Annotated[Decimal, Field(gt=0)] | None = None
    """Money a conversation, in the client's currency."""


class Approvals(Strict):
    """Questions that a person must decide."""

    expire_after_h: Annotated[float, Field(gt=0, le=720)] = 24
    """Hours until an undecided question counts as refused."""


class Behavior(Strict):
    """How the bot behaves."""

    debounce_ms: Annotated[int, Field(ge=0, le=10_000)] = 350
    """How long to wait for more words before answering."""
    conversation_idle_h: Annotated[float, Field(gt=0, le=720)] = 12
    """Hours of silence after which a conversation closes."""
    history: Annotated[int, Field(ge=2, le=100)] = 20
    """How many earlier messages a turn begins with; tools' results between them come along."""
    limits: Limits = Limits()
    """What a turn may use."""
    spending: Spending = Spending()
    """What language models may cost."""
    approvals: Approvals = Approvals()
    """Questions for a person."""
    pii_collection: PiiCollection = PiiCollection()
    """Personal details."""
    follow_ups: FollowUps = FollowUps()
    """Coming back to contacts."""
    cross_sell_upsell: CrossSell = CrossSell()
    """Offers."""
    human_handoff: Handoff = Handoff()
    """People."""
    survey: Survey = Survey()
    """When to ask a survey question."""
    survey_questions: list[Line] = []
    """What to ask, one at a time."""


class AlertRule(Strict):
    """When somebody must be told."""

    metric: Name
    """What is measured."""
    threshold: float
    """The value that must not be passed."""
    window: Annotated[str, Field(pattern=r"^\d+[smhd]$")]
    """Over how long, e.g. 5m."""
    severity: Literal["info", "warning", "critical"]
    """How bad it is."""


class Monitoring(Strict):
    """What is logged and watched."""

    log_events: list[
        Literal[
            "conversation_start",
            "tool_invocation",
            "human_handoff",
            "error_occurred",
            "conversation_end",
        ]
    ] = ["conversation_start", "tool_invocation", "human_handoff", "error_occurred"]
    """Which events are logged."""
    alerts: list[AlertRule] = []
    """When to alert."""


class Price(Strict):
    """A product and what it costs."""

    id: Name
    """The product's id."""
    name: Line
    """Its name as customers read it."""
    description: Line
    """What it is, in one or two sentences that may be quoted."""
    aliases: list[Line] = []
    """Other names customers use."""
    price: Annotated[Decimal, Field(ge=0, max_digits=12, decimal_places=2)]
    """The list price."""
    currency: Currency | None = None
    """If not the client's."""
    per: Literal["user", "seat", "unit", "once"] = "unit"
    """What the price is for."""
    period: Literal["month", "year", "once"] = "once"
    """How often it is paid."""
    valid_from: date | None = None
    """First day the price holds."""
    valid_until: date | None = None
    """Last day the price holds."""


class Policy(Strict):
    """A rule or fact of the company, quoted word for word."""

    id: Slug
    """The policy's id."""
    title: Line
    """Its title, shown as the source."""
    text: Line
    """The words that may be quoted."""
    valid_from: date | None = None
    """First day it holds."""
    valid_until: date | None = None
    """Last day it holds."""


class Facts(Strict):
    """What is true of the company; these beat every document."""

    address: Line | None = None
    """Where the company is."""
    phone: str | None = None
    """Its phone number."""
    email: str | None = None
    """Its e-mail address."""
    website: str | None = None
    """Its website."""
    prices: list[Price] = []
    """Products and prices."""
    policies: list[Policy] = []
    """Rules and facts."""


class Department(Strict):
    """A part of the company a person can be asked for."""

    id: Slug
    """Its id."""
    name: Line
    """Its name as customers read it."""
    aliases: list[Line] = []
    """Other names customers use."""
    email: str | None = None
    """Where its tickets go."""
    phone: Telephone | None = None
    """Where callers who ask for it are put through; else where voice.phone.transfer_to says."""


class Span(Strict):
    """Opening hours within a day."""

    opens: time
    """First minute open, e.g. "09:00"."""
    closes: time
    """First minute closed, e.g. "17:00"."""


class DayException(Strict):
    """A day unlike its weekday: closed without hours, else open in these."""

    on: date
    """The day."""
    name: Line
    """What it is, e.g. Thanksgiving."""
    hours: list[Span] = []
    """When it is open all the same; empty: closed."""


class Week(Strict):
    """Opening hours by weekday; a missing day is closed."""

    mon: list[Span] = []
    """Hours on Monday."""
    tue: list[Span] = []
    """Hours on Tuesday."""
    wed: list[Span] = []
    """Hours on Wednesday."""
    thu: list[Span] = []
    """Hours on Thursday."""
    fri: list[Span] = []
    """Hours on Friday."""
    sat: list[Span] = []
    """Hours on Saturday."""
    sun: list[Span] = []
    """Hours on Sunday."""


class Calendar(Strict):
    """When the company is open. One calendar for hours, bookings, hand-overs and promises."""

    zone: Annotated[str, Field(min_length=1, max_length=64)]
    """IANA time zone, e.g. America/New_York."""
    week: Week
    """Usual hours."""
    holidays: Annotated[str, Field(pattern=r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$")] | None = None
    """Country (and state) whose public holidays are closed, e.g. US or DE-BY."""
    exceptions: list[DayException] = []
    """Single days: closed, half days, or open on a holiday."""


class EmbedderChoice(Strict):
    """What turns texts into vectors, to find them by meaning."""

    provider: Literal["builtin", "openai_compatible"] = "builtin"
    """`builtin` (MiniLM, English) needs nothing; the other is a server's /embeddings address."""
    model: Line | None = None
    """The server's name of the model."""
    base_url: Line | None = None
    """Address of the server, e.g. http://localhost:11434/v1."""
    credentials_secret: SecretName | None = None
    """Name of the secret that holds the key (never the key itself)."""


class Knowledge(Strict):
    """How documents are found. They are added by `appliance knowledge add`."""

    embedder: EmbedderChoice = EmbedderChoice()
    """What makes the vectors; after a change all are made anew while the old ones serve."""


class BotConfig(Strict):
    """The bot, whole."""

    version: Literal["1.0"]
    """The schema's version."""
    client: Client
    """The company."""
    workflow: Workflow
    """What the bot is told and may do."""
    calendar: Calendar
    """When the company is open."""
    facts: Facts = Facts()
    """What is true of it."""
    departments: list[Department] = []
    """Its parts."""
    synonyms: dict[str, list[Line]] = {}
    """Words customers use for ours, for searching."""
    knowledge: Knowledge = Knowledge()
    """How documents are found."""
    voice: Voice = Voice()
    """The phone."""
    behavior: Behavior = Behavior()
    """How the bot behaves."""
    monitoring: Monitoring = Monitoring()
    """What is watched."""
