"""Following tasks while they run: ask, archive, tell what changed, stop at the right moment.

The rooms behind this door: `polling` (one task's questions and what is kept), `changes` (two
answers compared), `baseline` (how long earlier runs took), `sight` (what a view shows), `endings`
(when it is over), `watch` (the loop), `wording` (lines for people), `command` (a program of the
user's, run at each change). Nothing here draws or prints; whoever watches is an `Audience`.
"""
