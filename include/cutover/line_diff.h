/* Two texts, line by line. */
#ifndef CUTOVER_LINE_DIFF_H
#define CUTOVER_LINE_DIFF_H

#include "cutover/buf.h"

/* Writes the lines that differ between BEFORE and AFTER, marked - and +, with up to three equal lines around them, each
 * behind INDENT; "..." stands for those left out. Nothing when the texts are equal. */
void line_diff(Buf *out, const char *before, const char *after, const char *indent);

#endif
