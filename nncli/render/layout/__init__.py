"""Views, and what they become: plain text, a terminal's, Markdown."""
