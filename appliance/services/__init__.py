"""The services, one room each. `README.md` beside this file lists them and where each stands."""
