#include "cutover/phase.h"

#include "cutover/str.h"

typedef struct PhaseTraits {
    const char *name;
    bool final, before_cutover;
} PhaseTraits;

static const PhaseTraits traits[PHASE_COUNT] = {
    [PHASE_NONE] = {"none", false, false},
    [PHASE_PENDING] = {"pending", false, true},
    [PHASE_BUILDING] = {"building", false, true},
    [PHASE_HYDRATING] = {"hydrating", false, true},
    [PHASE_CHECKING] = {"checking", false, true},
    [PHASE_CANARY] = {"canary", false, true},
    [PHASE_AWAITING_APPROVAL] = {"awaiting_approval", false, true},
    [PHASE_AWAITING_WINDOW] = {"awaiting_window", false, true},
    [PHASE_CUTTING_OVER] = {"cutting_over", false, false},
    [PHASE_REPOINTING] = {"repointing", false, false},
    [PHASE_SOAKING] = {"soaking", false, false},
    [PHASE_CLEANING] = {"cleaning", false, false},
    [PHASE_LIVE] = {"live", true, false},
    [PHASE_SUPERSEDED] = {"superseded", true, false},
    [PHASE_FAILED] = {"failed", true, false},
    [PHASE_ABORTED] = {"aborted", true, false},
    [PHASE_ROLLING_BACK] = {"rolling_back", false, false},
    [PHASE_ROLLED_BACK] = {"rolled_back", true, false},
};

const char *phase_name(Phase phase)
{
    return traits[phase].name;
}

Phase phase_parse(const char *name)
{
    for (int i = 1; i < PHASE_COUNT; i++) {
        if (str_eq(traits[i].name, name)) {
            return (Phase)i;
        }
    }
    return PHASE_NONE;
}

bool phase_is_final(Phase phase)
{
    return traits[phase].final;
}

bool phase_is_before_cutover(Phase phase)
{
    return traits[phase].before_cutover;
}
