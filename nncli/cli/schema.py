"""`nncli schema`: the JSON Schema of a spec."""

from __future__ import annotations

from nncli.cli import options as opt
from nncli.cli.edge import error_edge
from nncli.cli.streams import write_text


def schema(debug: opt.Debug = False) -> None:
    """Print the JSON Schema of a spec, for an editor to complete and check CONFIG files."""
    with error_edge(debug=debug):
        import json

        from nncli.specs.schema import spec_schema

        write_text(json.dumps(spec_schema(), indent=2) + "\n")
