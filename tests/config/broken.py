"""Broken configs: what was changed, and what must be said where.

In an edit, ‸ stands before the very character the problem must point at.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.config.sample import CREDENTIALS, RANDOM, SMALL, with_line

CARET = "‸"
LOCAL = "provider: openai_compatible\n    model: local\n    base_url: http://localhost:11434/v1"


@dataclass(frozen=True, slots=True)
class Broken:
    name: str
    content: bytes
    line: int
    column: int
    phrase: str


def edit(
    name: str, old: str, new: str, phrase: str, *, also: tuple[str, str] | None = None
) -> Broken:
    marked = with_line(old, new)
    if also is not None:
        marked = marked.replace(*also)
    assert marked.count(CARET) == 1, name
    before, after = marked.split(CARET)
    column = len(before) - (before.rfind("\n") + 1) + 1
    return Broken(name, (before + after).encode(), before.count("\n") + 1, column, phrase)


def mcp(name: str, server: str, phrase: str, *, tools: str = "[{name: find}]") -> Broken:
    """Break a server of the small config; of the secrets, `set` is set."""
    section = f"  mcp_servers:\n    - {server}\n      tools: {tools}\n"
    return edit(name, "  integrations:\n", f"{section}  integrations:\n", phrase)


def whole(
    name: str, content: str | bytes, phrase: str, *, line: int = 1, column: int = 1
) -> Broken:
    return Broken(
        name, content.encode() if isinstance(content, str) else content, line, column, phrase
    )


BOMB = (
    SMALL
    + "synonyms:\n  a: &a [xx, xx, xx, xx, xx, xx, xx, xx, xx]\n"
    + "".join(
        f"  {chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n"
        for n in range(9)
    )
)

EDITS = (
    # keys
    edit("a misspelt key", "  greeting:", "  ‸greating:", 'did you mean "greeting"'),
    edit("a misspelt needed key", "  name: Acme Corp", "  ‸nmae: Acme Corp", 'did you mean "name"'),
    edit("an unknown section", "voice:\n", "‸voicemail:\n", 'did you mean "voice"'),
    edit("a key of nowhere", '  greeting: "Hello!"', "  ‸zzz: 1", "known here: greeting"),
    edit("a key of elsewhere", "  region: US", "  ‸zone: US", "it belongs into calendar"),
    edit("a misspelt day", "    mon: [", "    ‸mno: [", 'did you mean "mon"'),
    edit("a missing key", "client:\n  id: acme-corp\n", "‸client:\n", '"id" is missing'),
    edit("a key twice", "  region: US", "  region: US\n  ‸region: DE", "a second time"),
    edit(
        "a key twice in braces",
        '{ opens: "09:00", ',
        '{ opens: "09:00", ‸opens: "08:00", ',
        "the first is on line",
    ),
    edit("a number as key", "  region: US", "  ‸1: US", "is not text"),
    edit("a truth value as key", "  region: US", "  ‸true: US", "is not text"),
    edit("a list as key", "  region: US", "  ? ‸[a, b]\n  : US", "where a key is expected"),
    edit("a merge key", "  region: US", "  ‸<<: {region: US}", "merging is not allowed"),
    # form
    edit("a tab", "  id: acme-corp", "‸\tid: acme-corp", "indent with spaces"),
    edit("a tab after spaces", "    provider: desk", "  ‸\tprovider: desk", "indent with spaces"),
    edit("an open quote", 'greeting: "Hello!"', 'greeting: ‸"Hello!', "closed only on line"),
    edit(
        "a quote open to the end", "      title: Refunds", "      title: ‸'Refunds", "never closed"
    ),
    edit(
        "an open bracket",
        "examples: [can i get my money back]\n      reply",
        "examples: [can i get my money back\n      reply‸",
        "line 32 is not closed",
    ),
    edit("a missing colon", "  name: Acme Corporation", "  ‸name Acme Corporation", "colon"),
    edit(
        "two colons", "      title: Refunds", "      title: Our‸: Refunds", "put the text in quotes"
    ),
    edit("a wrong indent", "  name: Acme Corporation", "   name‸: Acme Corporation", "indentation"),
    edit("an alias", "  name: Acme Corporation", "  name: ‸*acme", "write the value here again"),
    edit("an anchor", "  name: Acme Corporation", "  name: ‸&acme Acme", "not allowed"),
    edit("a tag", "  region: US", "  region: ‸!!str US", "tags are not allowed"),
    edit("a Python tag", "  region: US", "  region: ‸!!python/object/apply:os.system [ls]", "tag"),
    edit("a second document", "client:\n", "‸---\nclient:\n", "second document"),
    edit("a bad escape", 'greeting: "Hello!"', 'greeting: "Hel\\‸qlo!"', "backslash"),
    edit("half a character", 'greeting: "Hello!"', 'greeting: ‸"Hi \\ud83d"', "U+D83D"),
    edit("an escaped NUL", 'greeting: "Hello!"', 'greeting: ‸"Hi \\0"', "U+0000"),
    edit("a terminal escape", 'greeting: "Hello!"', 'greeting: ‸"\\e[31mHi"', "U+001B"),
    edit("a raw escape", 'greeting: "Hello!"', 'greeting: "‸\x1b[31mHi"', "invisible character"),
    edit("a line separator", 'greeting: "Hello!"', 'greeting: "Hi‸\u2028there"', "U+2028"),
    # YAML 1.2 values
    edit("no for false", "voice:\n  enabled: false", "voice:\n  enabled: ‸no", "true or false"),
    edit("yes for true", "voice:\n  enabled: false", "voice:\n  enabled: ‸yes", "true or false"),
    edit("one for true", "voice:\n  enabled: false", "voice:\n  enabled: ‸1", "true or false"),
    edit("a leading zero", "price: 99.00", "price: ‸012", "begins with a zero"),
    edit("an octal text", "  name: Acme Corporation", "  name: ‸0o14", 'quotes: "0o14"'),
    edit("a number as text", "  name: Acme Corporation", "  name: ‸2024", 'quotes: "2024"'),
    edit("the version unquoted", 'version: "1.0"', "version: ‸1.0", 'quotes: "1.0"'),
    edit("another version", 'version: "1.0"', 'version: ‸"7.3"', "1.0"),
    edit("a number with underscore", "duration_min: 30", "duration_min: ‸1_000", "write 1000"),
    edit("a quoted number", "duration_min: 30", 'duration_min: ‸"30"', "not a whole number"),
    edit("infinity", "threshold: 0.05", "threshold: ‸.inf", "not a number one can count with"),
    edit("an endless number", "duration_min: 30", f"duration_min: ‸{'9' * 5000}", "too long"),
    edit("nothing", "  name: Acme Corporation", "  ‸name:", "is empty"),
    edit("a list for a text", "  name: Acme Corporation", "  ‸name: [a, b]", "one text is needed"),
    edit("a text for a section", "  llm:\n    provider: desk", "  llm: ‸desk", "section with keys"),
    edit(
        "a text for a list", "    products: [premium_plan]", "    products: ‸premium_plan", "list"
    ),
    # schema
    edit("a wrong choice", "severity: critical", "severity: ‸critcal", 'did you mean "critical"'),
    edit("a wrong form", "  id: acme-corp", "  id: ‸Acme Corp", "small letters"),
    edit("too small", "duration_min: 30", "duration_min: ‸1", "at least 5"),
    edit("a bad window", "window: 5m", "window: ‸five", "e.g. 5m"),
    edit("a day that is none", "- on: 2026-11-27", "- on: ‸2026-02-30", "day of the calendar"),
    edit("a German day", "- on: 2026-11-27", "- on: ‸27.11.2026", "e.g. 2026-11-27"),
    edit("a short time", 'opens: "09:00"', "opens: ‸9:00", 'write "09:00"'),
    edit("a time as number", 'opens: "09:00"', "opens: ‸900", "not a time of day"),
    edit("twenty-four hours", 'closes: "17:00"', 'closes: ‸"24:00"', '"00:00" for midnight'),
    edit("a time with a zone", 'opens: "09:00"', 'opens: ‸"09:00Z"', "not a time of day"),
    # tools and connectors
    edit("an unknown tool", "name: check_pricing", "name: ‸check_princing", '"check_pricing"'),
    edit("an unknown setting", "duration_min: 30", "‸duration: 30", '"duration_min"'),
    edit(
        "a setting for a tool without",
        "      enabled: false",
        "      config: {‸a: 1}",
        "no settings",
    ),
    edit("an unknown channel", "type: web_chat", "type: ‸webchat", '"web_chat"'),
    edit(
        "an unknown channel key", "allowed_origins: []", "‸allowed_origin: []", '"allowed_origins"'
    ),
    edit(
        "a CRM nobody knows",
        "  integrations:\n",
        "  integrations:\n    crm: {type: ‸zoho}\n",
        "there is no crm",
    ),
    # business rules
    edit("30 % discount", "authority: 0.15", "authority: ‸0.30", "30 %, above the ceiling"),
    edit("30 for 30 % discount", "authority: 0.15", "authority: ‸30", "above the ceiling"),
    edit("30 % discount in quotes", "authority: 0.15", 'authority: ‸"0.30"', "30 %, above"),
    edit("a percentage", "authority: 0.15", "authority: ‸15 %", "write 0.15"),
    edit(
        "a caller's network that is none",
        "voice:\n  enabled: false",
        "voice:\n  enabled: true\n  phone:\n    allowed_addresses: [‸10.0.0.7/8]",
        "write 10.0.0.0/8",
    ),
    edit(
        "half of a user name and password",
        "voice:\n  enabled: false",
        "voice:\n  enabled: true\n  phone:\n    username: ‸pbx",
        "add password_secret",
    ),
    edit(
        "calls of ours without a way out",
        "voice:\n  enabled: false",
        "voice:\n  enabled: true\n  outbound:\n    enabled: ‸true",
        "voice.trunk is missing",
    ),
    edit(
        "calls of ours while the phone is off",
        "voice:\n  enabled: false",
        "voice:\n  enabled: false\n  outbound:\n    enabled: ‸true",
        "voice.enabled is off",
    ),
    edit(
        "a country that is none",
        "voice:\n  enabled: false",
        "voice:\n  enabled: false\n  outbound:\n    countries: [US, ‸UK]",
        '"UK" is no country',
    ),
    edit(
        "hours for calls the wrong way round",
        "voice:\n  enabled: false",
        'voice:\n  enabled: false\n  outbound:\n    not_after: ‸"08:00"',
        "no minute lies between",
    ),
    edit(
        "an hour for calls in another zone",
        "voice:\n  enabled: false",
        'voice:\n  enabled: false\n  outbound:\n    not_before: ‸"09:00Z"',
        "not a time of day",
    ),
    edit(
        "half of a trunk's login",
        "voice:\n  enabled: false",
        "voice:\n  enabled: false\n  trunk:\n    address: sip.example\n    number: '1'\n"
        "    username: ‸pbx",
        "add password_secret",
    ),
    edit(
        "a warm transfer to where no way leads",
        "voice:\n  enabled: false",
        "voice:\n  enabled: true\n  phone:\n    transfer: warm\n    transfer_to: ‸tel:+16175550100",
        "needs a way out",
    ),
    edit(
        "a warm transfer to nobody at a host",
        "voice:\n  enabled: false",
        "voice:\n  enabled: true\n  phone:\n    transfer: warm\n    transfer_to: ‸sip:pbx.example",
        "write whom to call",
    ),
    edit(
        "hours in which nobody is written to",
        "voice:\n  enabled: false",
        "voice:\n  enabled: false\n  missed_call:\n    not_after: ‸'07:30'",
        "no minute lies between",
    ),
    edit(
        "a key that refuses a recording, of which nobody is told",
        "voice:\n  enabled: false",
        'voice:\n  enabled: true\n  recording:\n    refuse_key: ‸"9"\n    sentence: We record.',
        "press 9",
    ),
    edit("closing first", 'closes: "17:00"', "closes: ‸08:30", "before it opens"),
    edit(
        "overlapping hours",
        'closes: "17:00" }]',
        'closes: "17:00" }, { opens: ‸"16:00", closes: "18:00" }]',
        "overlap",
    ),
    edit("a bad zone", "America/New_York", "‸America/New_Yrok", '"America/New_York"'),
    edit("a zone that is a path", "America/New_York", "‸../../etc/passwd", "no time zone"),
    edit("a country without holidays", "holidays: US", "holidays: ‸XX", "no holidays known"),
    edit("a state that is none", "holidays: US", "holidays: ‸DE-XX", "no state"),
    edit(
        "a reply with two ways",
        "reply: { policy: refunds }",
        "‸reply: { policy: refunds, say: Yes }",
        "exactly one of",
    ),
    edit("a reply with none", "reply: { policy: refunds }", "‸reply: {}", "says nothing"),
    edit(
        "an intent without its tool",
        "tool: schedule_demo }",
        "tool: ‸create_crm_lead }",
        "not in workflow.tools",
    ),
    edit(
        "an intent whose tool is off",
        "tool: schedule_demo }",
        "tool: ‸ask_survey }",
        "switched off",
    ),
    edit(
        "an intent without its policy",
        "reply: { policy: refunds }",
        "reply: { policy: ‸refund }",
        'did you mean "refunds"',
    ),
    edit(
        "a fact that is missing",
        "reply: { policy: refunds }",
        "reply: { fact: ‸address }",
        "nothing to answer with",
    ),
    edit(
        "an unknown product",
        "products: [premium_plan]",
        "products: [‸premum_plan]",
        '"premium_plan"',
    ),
    edit(
        "a survey after no tool",
        "ask_after: [schedule_demo]",
        "ask_after: [‸create_crm_lead]",
        "not switched on",
    ),
    edit("two tools of a name", "- name: ask_survey", "- name: ‸schedule_demo", "is taken"),
    edit("two intents of a name", "- name: refunds", "- name: ‸book_demo", "is taken"),
    edit(
        "a model without a key",
        "  llm:\n    provider: desk",
        "  ‸llm:\n    provider: openai\n    model: gpt",
        "needs a key",
    ),
    edit(
        "a model without a name",
        "  llm:\n    provider: desk",
        "  ‸llm:\n    provider: openai_compatible\n    base_url: http://localhost:11434/v1",
        "openai_compatible has no model",
    ),
    edit(
        "a fallback without an address",
        "    provider: desk",
        "    provider: desk\n    fallbacks:\n"
        "      - ‸{ provider: openai_compatible, model: local }",
        "the server's address is missing",
    ),
    edit(
        "an address of a model that is none",
        "    provider: desk",
        "    provider: desk\n    base_url: ‸localhost:11434",
        "is not a web address",
    ),
    edit(
        "an embedder without an address",
        "client:\n",
        "knowledge:\n  ‸embedder: { provider: openai_compatible, model: nomic }\nclient:\n",
        "the embedder's base_url is missing",
    ),
    edit(
        "an address of an embedder that is none",
        "client:\n",
        "knowledge:\n  embedder: { provider: openai_compatible, model: m, base_url: ‸here }\n"
        "client:\n",
        "is not a web address",
    ),
    edit(
        "a first word after the last",
        "    provider: desk",
        f"    {LOCAL}\n    first_s: ‸30",
        "longer than the whole answer (20)",
    ),
    edit(
        "no patience at all",
        "    provider: desk",
        f"    {LOCAL}\n    connect_s: ‸0",
        "connect_s",
    ),
    edit(
        "a price in another currency",
        "    provider: desk",
        f"    {LOCAL}\n    prices:\n"
        "      - { model: local, input: 1, output: 2, valid_from: 2026-01-01, currency: ‸EUR }",
        "the client counts in USD",
    ),
    edit(
        "a price below nothing",
        "    provider: desk",
        f"    {LOCAL}\n    prices:\n"
        "      - { model: local, input: ‸-1, output: 2, valid_from: 2026-01-01 }",
        "at least 0",
    ),
    edit(
        "a price without a day",
        "    provider: desk",
        f"    {LOCAL}\n    prices:\n      - ‸{{ model: local, input: 1, output: 2 }}",
        '"valid_from" is missing',
    ),
    edit(
        "two prices of one day",
        "    provider: desk",
        f"    {LOCAL}\n    prices:\n"
        "      - { model: local, input: 1, output: 2, valid_from: 2026-01-01 }\n"
        "      - { model: local, input: 3, output: 4, valid_from: ‸2026-01-01 }",
        "two prices from 2026-01-01",
    ),
    edit(
        "a cap that cannot be counted",
        "  llm:\n    provider: desk",
        "  llm:\n    provider: openai_compatible\n    base_url: http://localhost:11434/v1\n"
        "    model: ‸local",
        "has no price, so behavior.spending.per_day cannot be kept",
        also=("behavior:\n", "behavior:\n  spending: { per_day: 5 }\n"),
    ),
    edit("a bad e-mail address", "email: hello@acme.example", "email: ‸hello", "not an e-mail"),
    edit("a bad website", "https://acme.example", "‸acme.example", "begin with https://"),
    # MCP servers
    mcp(
        "a server with two ways",
        "‸name: shop\n      command: shop\n      url: https://shop.example",
        "both a command and a url",
    ),
    mcp("a server with none", "‸name: shop", "neither command nor url"),
    mcp(
        "a command with arguments",
        "name: shop\n      command: ‸npx shop-mcp",
        "arguments go into args",
    ),
    mcp("a command from here", "name: shop\n      command: ‸./shop", "not a whole path"),
    mcp("a url that is none", "name: shop\n      url: ‸ftp://shop.example", "begin with https://"),
    mcp(
        "a port that is none",
        "name: shop\n      url: ‸https://shop.example:port",
        "not a web address",
    ),
    mcp(
        "a user in the url",
        "name: shop\n      url: ‸https://ann@shop.example/mcp",
        "credentials in the address",
    ),
    mcp(
        "a command's key on a url",
        "name: shop\n      url: https://shop.example\n      ‸args: [a]",
        "belongs to a server with a command",
    ),
    mcp(
        "a url's key on a command",
        "name: shop\n      command: shop\n      ‸header_secrets: {X-Key: set}",
        "belongs to a server with a url",
    ),
    mcp(
        "a header of the protocol",
        "name: shop\n      url: https://shop.example\n      header_secrets: {‸Host: set}",
        "the protocol's own",
    ),
    mcp(
        "a header twice",
        "name: shop\n      url: https://shop.example\n      bearer_secret: set\n"
        "      header_secrets: {‸Authorization: set}",
        "set twice",
    ),
    mcp(
        "a server's missing secret",
        "name: shop\n      command: shop\n      env_secrets: {SHOP_TOKEN: ‸shop-key}",
        "appliance secrets set shop-key",
    ),
    mcp(
        "a missing token",
        "name: shop\n      url: https://shop.example\n      bearer_secret: ‸shop-key",
        "appliance secrets set shop-key",
    ),
    mcp(
        "a token in place of its name",
        f"name: shop\n      command: shop\n      env_secrets: {{KEY: ‸{CREDENTIALS['github']}}}",
        "GitHub",
    ),
    mcp(
        "a token among the variables",
        "name: shop\n      command: shop\n      env: {SHOP_TOKEN: ‸swordfish}",
        "written out",
    ),
    mcp(
        "a server's name with a hyphen",
        "name: ‸my-shop\n      command: shop",
        "at most 24 small letters",
    ),
    mcp(
        "a variable that is none",
        "name: shop\n      command: shop\n      env: {‸a-b: x}",
        "as variables are named",
    ),
    mcp(
        "a tool called as a file",
        "name: shop\n      command: shop",
        "as it calls a tool in tools/",
        tools="[{name: price, alias: ‸check_pricing}]",
    ),
    mcp(
        "two tools called alike",
        "name: shop\n      command: shop",
        "as it calls the one on line",
        tools="[{name: find-order}, {name: ‸find_order}]",
    ),
    mcp(
        "a tool twice",
        "name: shop\n      command: shop",
        "is listed twice",
        tools="[{name: find}, {name: ‸find, alias: other}]",
    ),
    mcp(
        "a tool with a long name",
        "name: shop\n      command: shop",
        "give it an alias",
        tools=f"[{{name: ‸{'ab_' * 30}c}}]",
    ),
    mcp(
        "an effect nobody knows",
        "name: shop\n      command: shop",
        "write one of read, write, money",
        tools="[{name: find, effect: ‸reads}]",
    ),
    mcp(
        "a read-back with other braces",
        "name: shop\n      command: shop",
        "braces hold no parameter",
        tools="[{name: find, read_back: ‸'Find {order.id}?'}]",
    ),
    edit(
        "two servers of a name",
        "  integrations:\n",
        "  mcp_servers:\n    - {name: shop, command: a, tools: [{name: a}]}\n"
        "    - {name: ‸shop, command: b, tools: [{name: b}]}\n  integrations:\n",
        "is taken",
    ),
    # secrets
    edit(
        "a missing secret",
        "provider: desk",
        "provider: desk\n    credentials_secret: ‸openai-key",
        "appliance secrets set openai-key",
    ),
    edit(
        "a literal key as reference",
        "provider: desk",
        f"provider: desk\n    credentials_secret: ‸{CREDENTIALS['anthropic']}",
        "Anthropic key",
    ),
    edit("a password by its name", "allowed_origins: []", "password: ‸swordfish", "written out"),
    edit("a random value", "  region: US", f"  use_case: ‸{RANDOM}", "long and random"),
    edit(
        "a key in a comment", "  region: US", f"  region: US # ‸{CREDENTIALS['github']}", "GitHub"
    ),
    edit(
        "a password in an address", "https://acme.example", f"‸{CREDENTIALS['url']}", "password in"
    ),
)

WHOLES = (
    whole("an empty file", b"", "is empty"),
    whole("only a comment", "# nothing yet\n", "is empty"),
    whole("only a mark", b"\xef\xbb\xbf", "is empty"),
    whole("a list", "- a\n- b\n", "no keys at the top"),
    whole("a sentence", "Hello there, this is a letter.\n", "no keys at the top"),
    whole("binary", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary", line=2),
    whole("NUL in text", b'version: "1.0"\nclient: \0\n', "binary", line=2, column=9),
    whole("UTF-16", "version: 1".encode("utf-16"), "UTF-16"),
    whole("Latin-1", 'version: "1.0"\nname: Café\n'.encode("latin-1"), "UTF-8", line=2, column=10),
    whole("2 MB", b"# " + b"x" * 2_000_000, "larger than 1 MB"),
    whole("an alias bomb", BOMB, "anchors and aliases are not allowed", line=76, column=6),
    whole("5,000 brackets", "a: " + "[" * 5000, "nested more than 50", column=53),
    whole(
        "5,000 closed brackets", "a: " + "[" * 5000 + "]" * 5000, "nested more than 50", column=53
    ),
    whole("5,000 dashes", "- " * 5000, "nested more than 50", column=101),
    whole(
        "1,000 levels of keys",
        "".join(" " * n + "a:\n" for n in range(1000)),
        "nested",
        line=51,
        column=51,
    ),
    whole(
        "a million line ends of values",
        "a: [" + "\n1," * 200_000 + "]",
        "20,000 values",
        line=19_999,
        column=1,
    ),
    whole("a long line", "a: " + "!" * 900_000, "longer than"),
    whole("another YAML", "%YAML 1.1\n---\n" + SMALL, "YAML 1.2"),
    whole(
        "Windows line ends",
        SMALL.replace("  region: US", "  region: usa").replace("\n", "\r\n"),
        "two capital letters",
        line=6,
        column=11,
    ),
    whole(
        "a mark and Windows line ends",
        b"\xef\xbb\xbf"
        + SMALL.replace('version: "1.0"', "version: 2").replace("\n", "\r\n").encode(),
        "is not known",
        line=1,
        column=10,
    ),
)

ALL = (*EDITS, *WHOLES)
