"""The `tongban` program for the fault tests, started by `python -m`."""

from tongban.config.commands import main

if __name__ == "__main__":
    main()
