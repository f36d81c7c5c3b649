"""`python -m nncli`: the same as the command."""

from nncli.cli.app import main

if __name__ == "__main__":
    main()
