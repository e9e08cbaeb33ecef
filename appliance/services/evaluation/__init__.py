"""Evaluation: the client's own questions, asked of the bot as it is, and what came of them.

A file holds the questions and what has to come (README.md). Each is asked in a conversation of its
own on a stage that assembly sets up: the live config and a copy of the knowledge, and nobody else's
data. Nothing leaves the stage. What was right last time is kept in the store, to compare with.

Public: `questions.load`, `play.all_of`, `commands.mount`.
"""
