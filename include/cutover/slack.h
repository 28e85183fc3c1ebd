/*
 * What people read about an event, as Slack's incoming webhooks take it. Pure texts.
 *
 * Read from the event's `data`, all but environment optional: environment, generation, reason, next,
 * commit {short, subject, author, url};
 *   pending        plan {green, in_place, removed}
 *   refused        diagnostics [{message, hint}]
 *   building       containers [names], objects_total
 *   hydrating      objects_total, expected_s
 *   checking       tests, checks
 *   checked        result (a text)
 *   soaking        swap_ms, until
 *   live           duration_s, credits
 *   failed         diagnostics or reason, file, line, live_generation, kept_until
 *   rolling_back, rolled_back   restored_commit, to (generation), by, cause
 *   aborted        by
 *   superseded     by_commit, reused, reused_of
 * An event that is not known by name is told by its reason.
 */
#ifndef CUTOVER_SLACK_H
#define CUTOVER_SLACK_H

#include "cutover/json.h"

/* The name behind the last dot of the event's type: "hydrating". */
const char *event_name(const Json *event);

/* Slack's three characters as entities, so that nothing in a commit or an error becomes a link or a mention. */
char *slack_escape(Arena *arena, const char *text);

/* The message of EVENT (a CloudEvent) in Slack's mrkdwn; at most 3000 bytes, cut between characters. */
char *slack_text(Arena *arena, const Json *event);

/* The webhook's JSON body. */
char *slack_body(Arena *arena, const char *text);

#endif
