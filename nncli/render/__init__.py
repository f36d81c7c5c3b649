"""Results into views, and views into terminal, plain, Markdown and JSON text."""
