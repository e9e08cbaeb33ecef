"""Who writes or calls: contacts, the identities channels proved, and what contacts told us.

An identity (a visitor id, a phone number, an e-mail address a message came from) belongs to one
contact and finds it again on every channel. The card is what the contact said of themselves: it is
never proof of anything, so two contacts may state the same address and are not merged for it.

Public: `identities.find_or_make`, `identities.find`, `identities.card`, `identities.save_card`,
`normal.email`, `normal.phone`, `card.OwnCard`, `surveys.AskedSurveys`, `surveys.all_answered`.
"""
