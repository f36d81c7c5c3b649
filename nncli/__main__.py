"""The way into the process: `nncli` and `python -m nncli`."""

import sys


def main() -> None:
    """Run the command line; an interrupt is silent from the first import on."""
    try:
        from nncli.cli.app import main as run_main

        run_main()
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
