/* Where an environment stands, as JSON `cutover.status/1`. */
#ifndef CUTOVER_STATUS_JSON_H
#define CUTOVER_STATUS_JSON_H

#include "cutover/status.h"

/* One object of `environments`. */
void status_write_json(JsonOut *out, const Status *status);

/* One object of `clusters`, the same in status and progress. */
void status_put_cluster(JsonOut *json, const ProofCluster *cluster);

#endif
