/* What people have asked for in the record, and whoever runs the loop has not answered yet: a part of the status. */
#ifndef CUTOVER_ASKED_H
#define CUTOVER_ASKED_H

#include "cutover/record.h"

/* A controller sees a request, or a commit, within a minute or so. */
#define PATIENCE (5 * 60 * MOMENT_SECOND)

/* A line for each; NOW is the server's time: who waits for long may have no controller. */
void asked_write_text(Buf *out, const Record *record, Moment now);

/* The member `requests`. */
void asked_put_json(JsonOut *json, const Record *record);

#endif
