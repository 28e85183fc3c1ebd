/* What a transaction of names would meet, asked right before it is sent; pure. */
#ifndef CUTOVER_NAMES_CHECK_H
#define CUTOVER_NAMES_CHECK_H

#include "cutover/catalog.h"
#include "cutover/record.h"

/* Every name that is to be given away is borne by the id that was recorded for it. */
bool names_hold(const Catalog *catalog, const RecordNames *names);

/* Something that nobody has recorded lies in the schemas or on the clusters that go live by NAMES: it would go live with them. */
bool names_bring_strangers(const Catalog *catalog, const Record *record, const RecordNames *names);

#endif
