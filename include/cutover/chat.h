/*
 * The message that Slack would get, for Teams and Discord: their webhooks take another body, and Markdown instead of
 * mrkdwn. Pure texts.
 */
#ifndef CUTOVER_CHAT_H
#define CUTOVER_CHAT_H

#include "cutover/arena.h"

/* MRKDWN as Markdown: emoji as characters, links as [text](url), Slack's three entities as characters. */
char *chat_markdown(Arena *arena, const char *mrkdwn);

/* An Adaptive Card with one text, as the incoming webhooks of Teams take it. */
char *chat_teams_body(Arena *arena, const char *markdown);

/* At most 2000 characters, as Discord takes them; nothing in it mentions anybody. */
char *chat_discord_body(Arena *arena, const char *markdown);

#endif
