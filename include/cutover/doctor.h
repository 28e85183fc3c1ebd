/*
 * What is missing before Cutover can work, a line each: what Materialize allows and has is looked at here,
 * the rest (configuration, Git, notifiers) adds the command. Nothing is changed.
 */
#ifndef CUTOVER_DOCTOR_H
#define CUTOVER_DOCTOR_H

#include "cutover/pass.h"

typedef enum DoctorVerdict { DOCTOR_OK, DOCTOR_WARN, DOCTOR_FAIL } DoctorVerdict;

typedef struct DoctorLine {
    DoctorVerdict verdict;
    const char *area; /* one word */
    const char *text;
    const char *fix; /* what to type, or NULL */
} DoctorLine;

typedef struct Doctor {
    Arena *arena;
    VEC(DoctorLine) lines;
} Doctor;

void doctor_add(Doctor *doctor, DoctorVerdict verdict, const char *area, const char *fix,
                const char *format, ...) __attribute__((format(printf, 5, 6)));

/* The server as a whole: version, role, record cluster, clock (LOCAL: ours), what can be read. Adds to KNOWN the
 * environments that the record tells of, in the doctor's arena. */
void doctor_server(Doctor *doctor, Pg *pg, const char *record_schema, const char *record_cluster,
                   Moment local, StrVec *known);

/* One environment at its commit: what its project needs, and what of it is not Cutover's. */
void doctor_environment(Doctor *doctor, Pg *pg, const PassInput *input);

bool doctor_fails(const Doctor *doctor);

void doctor_write_text(Buf *out, const Doctor *doctor, bool color);
void doctor_write_json(JsonOut *out, const Doctor *doctor);

#endif
