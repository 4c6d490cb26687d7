"""What does a tool say that has a form of its own? Its mapping knows; until there is one, this reads what a webhook
could send."""

from pulsar.inbound.sources.generic import read

__all__ = ["description", "read", "slug", "title"]

slug = "custom"
title = "Anything else"
description = "A tool with JSON of its own form: you say what is what, in a mapping made from what it sent."
