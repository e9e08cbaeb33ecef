"""The speech models a client brings: taken in once, known by name, checked before they are used.

`folder.Models` keeps them in the data folder, `intake` reads folders and archives without being
led elsewhere, `trial` loads a model in a process of its own. `appliance models` is the way in.
"""
