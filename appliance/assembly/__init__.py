"""The plan: what lists the rooms and puts everything together, once per process.

`office.open_office` opens the store and the keys (jobs and most commands need no more);
`house.build` adds the desk and everything it answers with; `jobs.of` lists the recurring work;
`commands.mount` adds the rooms' commands.
"""
