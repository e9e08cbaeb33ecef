"""Claims in the languages next to English: Spanish, French, German, Portuguese, Italian, Dutch, ...

A model answers in its customer's language; a claim without its receipt is one in any. The stems
are matched without accents, in the perfect, the passive and, where it is used, the past tense.
"""

from __future__ import annotations

import re
import unicodedata

from appliance.conversation.readings import words_beginning

# Auxiliary and participle may have words between them; in German and Dutch many.
_LANGUAGES: dict[str, tuple[str, dict[str, str]]] = {
    "es": (
        r"\b(?:he|hemos|ha|han|sido|esta|estan|queda|quedan|quedo|fue|fueron)\b(?: \S+){0,4}? ",
        {
            "booked": r"(?:reservad|agendad|programad|confirmad|apartad)[oa]s?\b",
            "refunded": r"(?:reembolsad|devuelt|abonad)[oa]s?\b",
            "sent": r"(?:enviad|mandad)[oa]s?\b",
            "cancelled": r"(?:cancelad|anulad)[oa]s?\b",
            "transferred": r"(?:transferid|derivad|avisad|notificad|pasad)[oa]s?\b",
            "lead saved": r"(?:guardad|registrad|anotad)[oa]s?\b",
            "changed": r"(?:cambiad|actualizad|modificad|eliminad|borrad)[oa]s?\b",
            "granted": r"(?:aprobad|autorizad|concedid|aplicad)[oa]s?\b",
            "ordered": r"(?:pedid|comprad|pagad)[oa]s?\b",
        },
    ),
    "fr": (
        r"\b(?:ai|avons|(?:a|ont)(?: bien)? ete|est|sont)\b(?: \S+){0,3}? ",
        {
            "booked": r"(?:reserve|programme|planifie|confirme|fixe)e?s?\b",
            "refunded": r"(?:rembourse|credite|recredite)e?s?\b",
            "sent": r"(?:envoye|expedie)e?s?\b",
            "cancelled": r"(?:annule|resilie)e?s?\b",
            "transferred": r"(?:transfere|transmis|prevenu|averti|notifie)e?s?\b",
            "lead saved": r"(?:enregistre|sauvegarde|note)e?s?\b",
            "changed": r"(?:modifie|change|mise? a jour|supprime|efface)e?s?\b",
            "granted": r"(?:approuve|accorde|autorise|applique)e?s?\b",
            "ordered": r"(?:commande|paye)e?s?\b",
        },
    ),
    "de": (
        r"\b(?:habe?|haben|wurden?|ist|sind|bin)\b(?: \S+){0,9}? ",
        {
            "booked": r"(?:gebucht|reserviert|vereinbart|eingetragen|bestatigt)\b",
            "refunded": r"(?:(?:zuruck|ruck)?erstattet|gutgeschrieben|zuruckgezahlt)\b",
            "sent": r"(?:gesendet|geschickt|verschickt|versendet|gemailt)\b",
            "cancelled": r"(?:storniert|gekundigt|abgesagt)\b",
            "transferred": r"(?:weitergeleitet|ubergeben|benachrichtigt|informiert|verbunden)\b",
            "lead saved": r"(?:gespeichert|notiert|hinterlegt|aufgenommen)\b",
            "changed": r"(?:geandert|aktualisiert|geloscht|angepasst)\b",
            "granted": r"(?:genehmigt|gewahrt|bewilligt|freigegeben)\b",
            "ordered": r"(?:bestellt|bezahlt)\b",
        },
    ),
    "pt": (
        r"(?:\b(?:foi|foram|esta|estao|ja|fica|ficou)\b(?: \S+){0,3}? |\b)",
        {
            "booked": r"(?:(?:reservad|agendad|marcad|confirmad)[oa]s?|reservei|agendei|marquei)\b",
            "refunded": r"(?:(?:reembolsad|devolvid|estornad)[oa]s?|reembolsei|estornei)\b",
            "sent": r"(?:enviad[oa]s?|enviei|mandei)\b",
            "cancelled": r"(?:cancelad[oa]s?|cancelei)\b",
            "transferred": r"(?:(?:transferid|encaminhad|avisad)[oa]s?|encaminhei|transferi)\b",
            "lead saved": r"(?:(?:salv|guardad|registrad)[oa]s?|salvei|registrei|guardei)\b",
            "changed": r"(?:(?:alterad|atualizad|apagad)[oa]s?|alterei|atualizei|apaguei)\b",
            "granted": r"(?:(?:aprovad|autorizad|concedid)[oa]s?|aprovei|autorizei)\b",
            "ordered": r"(?:(?:encomendad)[oa]s?|comprei|paguei)\b",
        },
    ),
    "it": (
        r"\b(?:ho|abbiamo|e|sono|stat[oaie])\b(?: \S+){0,4}? ",
        {
            "booked": r"(?:prenotat|fissat|confermat|riservat)[oaie]\b",
            "refunded": r"(?:rimborsat|accreditat)[oaie]\b",
            "sent": r"(?:inviat|mandat|spedit)[oaie]\b",
            "cancelled": r"(?:annullat|disdett)[oaie]\b",
            "transferred": r"(?:trasferit|inoltrat|avvisat)[oaie]\b",
            "lead saved": r"(?:salvat|registrat|annotat)[oaie]\b",
            "changed": r"(?:modificat|aggiornat|cancellat|eliminat)[oaie]\b",
            "granted": r"(?:approvat|concess|autorizzat|applicat)[oaie]\b",
            "ordered": r"(?:ordinat|pagat|acquistat)[oaie]\b",
        },
    ),
    "nl": (
        r"\b(?:heb|hebben|is|zijn|werd|werden)\b(?: \S+){0,7}? ",
        {
            "booked": r"(?:geboekt|gereserveerd|ingepland|bevestigd)\b",
            "refunded": r"(?:terugbetaald|teruggestort)\b",
            "sent": r"(?:verstuurd|verzonden|gestuurd)\b",
            "cancelled": r"(?:geannuleerd|opgezegd)\b",
            "transferred": r"(?:doorgestuurd|doorverbonden)\b",
            "lead saved": r"(?:opgeslagen|genoteerd)\b",
            "changed": r"(?:gewijzigd|bijgewerkt|verwijderd)\b",
            "granted": r"(?:goedgekeurd|toegekend)\b",
            "ordered": r"(?:besteld|betaald)\b",
        },
    ),
}
# Languages that need no auxiliary, or have no spaces to look across.
_ZH = "已(?:经|經)?(?:为您|為您)?"
_PLAIN = {
    "booked": (
        rf"забронирова[нл]|записал[аи]? вас|{_ZH}(?:预订|預訂|预约|預約)|"
        "予約(?:いた)?しました"
    ),
    "refunded": (
        r"(?:деньги|средства) возвращен|вернул[аи]? (?:вам )?деньги|"
        rf"{_ZH}退款|返金(?:いた)?しました"
    ),
    "sent": rf"отправил[аи]?\b|отправлен[оа]?\b|{_ZH}(?:发送|發送)|送(?:信し|り)ました",
    "cancelled": rf"отмен(?:ил[аи]?|[её]н[оа]?)\b|{_ZH}取消|キャンセルしました",
    "granted": rf"скидка (?:одобрена|применена)|{_ZH}批准|承認しました",
}
_CLAIM = {
    kind: re.compile(
        "|".join(
            f"(?:{aux}|^\\W{{0,20}})(?:{verbs[kind]})"
            for aux, verbs in _LANGUAGES.values()
            if kind in verbs
        ),
        re.IGNORECASE,
    )
    for kind in _LANGUAGES["es"][1]
}
_ALSO = {kind: re.compile(pattern, re.IGNORECASE) for kind, pattern in _PLAIN.items()}
_DENIED = re.compile(
    r"\b(?:no|nunca|nada|todavia|ne|n'|n'ai|n'a|pas|jamais|rien|nicht|keine?[nmrs]?|nie|nichts|noch|nao|"
    r"non|mai|niente|niet|geen|nooit|ser|ser[aá]|sera|werden|verra|не|ещё|еще)\b|[没未]|ません",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"[?？]\s*$|^\W*¿|^\W*(?:si|wenn|falls|se|sobald|una vez|quand|als)\b", re.IGNORECASE
)
# A cheap look first: most sentences hold none of these.
_STEMS = """
    abgesag abonad accord accred acquis actualiz agend aggiorn aktual alter angepas annotat annul
    annull anotad anulad apag apart aplicad applicat appliqu approuv approv aprob aprov atual
    aufgen autori averti avisad avvis benachr bestat besteld bestell betaald bevest bewill bezahl
    bijgew borrad cambiad cancel change command comprad comprei conced concess confirm credite
    derivad devolv devuelt disdett doorges doorver efface einget elimin encamin encomend
    enregistr enviad enviei envoy erstat estorn exped fissat fixe freige geand geannu geboekt
    gebucht gekund gelosch gemail genehm genot gereser geschick gesend gespeich gestuur gewahr
    gewijz goedgek guard guardad gutges hinterl inform ingepl inoltr inviat jour mandad mandei
    marcad marquei modif modific note notier notific opgesl opgez ordinat pagad paguei pasad paye
    pedid planif prenot preven program reembols regist rembours reserv reservi resili rimbors
    riserv salv sauveg spedit storn supprim terugb terugg toegek trans trasfer ubergeb verbund
    verein versch versen verstu verwij verzon weiterg zuruck
"""
_STEM = words_beginning(_STEMS.split())
_NO_LATIN = re.compile("[已ま]|[а-я]{4}")


def claims_of(words: str) -> set[str]:
    """Give what a sentence says was done, in a language other than English."""
    bare = (words if words.isascii() else _without_accents(words)).lower()
    if not (_STEM.search(bare) or _NO_LATIN.search(bare)) or _ASKED.search(bare):
        return set()
    found = set()
    for clause in re.split(r"[,;:–—，；]\s*", bare):
        if _DENIED.search(clause):
            continue
        found |= {kind for kind, pattern in _CLAIM.items() if pattern.search(clause)}
        found |= {kind for kind, pattern in _ALSO.items() if pattern.search(clause)}
    return found


def _without_accents(words: str) -> str:
    parts = unicodedata.normalize("NFD", words)
    bare = "".join(part for part in parts if not "\u0300" <= part <= "\u036f")
    return unicodedata.normalize("NFC", bare)
