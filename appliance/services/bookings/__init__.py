"""Bookings: offers the free slots of the company's calendar and books them for contacts.

A booking occupies one seat's quarter-hour cells for its length and the buffer after it; a unique
index over (kind, seat, cell) makes a double booking impossible whoever races. A contact who books
again in the same conversation moves the booking.

Public: `port.BookedSlots`, `port.file`, `offer.Terms`, `ics.render`.
"""
