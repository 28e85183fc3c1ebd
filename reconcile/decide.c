#include "cutover/decide.h"

#include <string.h>

/*
 * Read a row as: in phase FROM, when these facts hold, do ACTION, and when it is done go to phase TO and
 * tell people EVENT. Rows are tried in order. What can be lost (a reply, a process) is always found again
 * as a fact of the next pass, so no row depends on the one before having run.
 */
#define WHEN(...) {__VA_ARGS__}
#define ALWAYS {0}
#define QUIETLY NULL
#define STAY(pos, from, when, action, why)                                                         \
    {pos, PHASE_##from, when, ACTION_##action, PHASE_NONE, NULL, why}
#define GO(pos, from, when, action, to, event, why)                                                \
    {pos, PHASE_##from, when, ACTION_##action, PHASE_##to, event, why}
/* Rows that several phases have, each in its place among the others. */
#define SUPERSEDABLE(pos, from)                                                                    \
    GO(pos, from, WHEN(.superseded = YES), MOVE, SUPERSEDED, "superseded",                         \
       "a newer commit has come")
#define ABORTABLE(pos, from)                                                                       \
    GO(pos, from, WHEN(.abort_asked = YES), MOVE, ABORTED, "aborted", "a person asked for it")
#define DOUBTFUL(pos, from)                                                                        \
    STAY(pos, from, WHEN(.markers_agree = NO), BLOCK,                                              \
         "generation marker and record do not agree: see cutover repair")
#define NOT_OURS(pos, from)                                                                        \
    STAY(pos, from, WHEN(.overtaken = YES), BLOCK,                                                 \
         "the marker is of another deployment: see cutover repair")

static const Rule rules[] = {
    /* No deployment is under way: look after record and marker, then see whether one should begin. */
    STAY(100, NONE, WHEN(.record = NO, .marker = NO), MAKE_RECORD, "the record does not exist yet"),
    STAY(105, NONE, WHEN(.record = NO), BLOCK,
         "a generation marker exists, but the record is gone: see cutover repair"),
    STAY(110, NONE, WHEN(.marker = NO, .markers_agree = YES), MAKE_MARKER,
         "the environment has no generation marker yet"),
    DOUBTFUL(115, NONE),
    STAY(116, NONE, WHEN(.restore_asked = YES), RESTORE,
         "a person asked for the generation before: its commit is deployed anew"),
    STAY(117, NONE, WHEN(.whole = YES), NOTE_WHOLE,
         "nothing of the live commit is left to take over"),
    STAY(118, NONE, WHEN(.drift_news = YES), TELL_DRIFT,
         "live differs from what was deployed, or does no longer"),
    STAY(119, NONE, WHEN(.aged = YES), PRUNE, "rows of the record are older than the retention"),
    STAY(120, NONE, WHEN(.unanswered = YES), ANSWER, "a person waits for an answer"),
    STAY(121, NONE, WHEN(.held = YES), BLOCK, "held until somebody says: cutover resume"),
    STAY(122, NONE, WHEN(.denied = YES), WAIT, "this commit is not tried again: push a fix"),
    GO(130, NONE, WHEN(.compiles = NO), BEGIN, FAILED, "failed", "the project does not compile"),
    STAY(140, NONE, WHEN(.refused = NO, .changes = NO), WAIT, "nothing to do"),
    STAY(142, NONE, WHEN(.wanted_is_live = YES, .heal = YES, .refused = YES), BLOCK,
         "drift is not healed"),
    GO(144, NONE, WHEN(.wanted_is_live = YES, .heal = YES, .refused = NO), BEGIN, PENDING,
       "pending", "drift is healed: what is live is deployed again"),
    STAY(145, NONE, WHEN(.wanted_is_live = YES), WAIT,
         "the commit is live; what differs is drift, and is reported"),
    GO(150, NONE, WHEN(.refused = YES), BEGIN, PENDING, "refused", "the plan is refused"),
    GO(160, NONE, ALWAYS, BEGIN, PENDING, "pending", "a commit differs from what is live"),

    DOUBTFUL(200, PENDING),
    SUPERSEDABLE(202, PENDING),
    ABORTABLE(203, PENDING),
    GO(205, PENDING, WHEN(.compiles = NO), MOVE, FAILED, "failed", "the project does not compile"),
    STAY(210, PENDING, WHEN(.refused = YES), BLOCK,
         "the plan is refused until someone permits or resolves it"),
    GO(220, PENDING, WHEN(.changes = NO), MOVE, SUPERSEDED, "superseded", "nothing is left to do"),
    STAY(225, PENDING, WHEN(.held = YES), BLOCK, "held until somebody says: cutover resume"),
    GO(230, PENDING, ALWAYS, INTEND, BUILDING, "building", "the plan can be carried out"),

    DOUBTFUL(300, BUILDING),
    SUPERSEDABLE(305, BUILDING),
    ABORTABLE(307, BUILDING),
    GO(310, BUILDING, WHEN(.problem = YES), MOVE, FAILED, "failed", "a statement was refused"),
    GO(320, BUILDING, WHEN(.expired = YES), MOVE, FAILED, "failed",
       "the build did not end within its deadline"),
    STAY(330, BUILDING, WHEN(.refused = YES), BLOCK,
         "the plan is refused until someone permits or resolves it"),
    STAY(335, BUILDING, WHEN(.intended = NO), INTEND,
         "the plan has changed since the intent was recorded"),
    STAY(340, BUILDING, WHEN(.unrecorded = YES), CLAIM,
         "objects were made whose ids are not recorded yet"),
    STAY(345, BUILDING, WHEN(.fresh = YES), WAIT,
         "another process may be building: what it made it has to note"),
    STAY(350, BUILDING, WHEN(.stale = YES), CLEAR_STALE, "green holds objects of another commit"),
    STAY(360, BUILDING, WHEN(.missing = YES), BUILD, "green is not complete"),
    STAY(365, BUILDING, WHEN(.admits = YES), ADMIT,
         "whom production does not let in is shut out of green"),
    STAY(370, BUILDING, WHEN(.rehearsed = NO), REHEARSE, "the cutover was not rehearsed yet"),
    GO(380, BUILDING, ALWAYS, MOVE, HYDRATING, "hydrating", "green is complete"),

    DOUBTFUL(400, HYDRATING),
    SUPERSEDABLE(405, HYDRATING),
    ABORTABLE(407, HYDRATING),
    GO(410, HYDRATING, WHEN(.problem = YES), MOVE, FAILED, "failed", "green cannot become ready"),
    STAY(420, HYDRATING, WHEN(.refused = YES), BLOCK,
         "the plan is refused until someone permits or resolves it"),
    GO(425, HYDRATING, WHEN(.intended = NO), MOVE, BUILDING, "building",
       "the plan has changed since the intent was recorded"),
    GO(430, HYDRATING, WHEN(.missing = YES), MOVE, BUILDING, "building",
       "something of green has gone"),
    STAY(440, HYDRATING, WHEN(.proved = YES, .proof_noted = NO), NOTE_PROOF,
         "the proof began to hold"),
    GO(445, HYDRATING, WHEN(.proved = NO, .expired = YES), MOVE, FAILED, "failed",
       "green was not hydrated within its deadline"),
    STAY(450, HYDRATING, WHEN(.proved = NO, .proof_noted = YES), NOTE_PROOF, "the proof was lost"),
    GO(460, HYDRATING, WHEN(.proved = YES, .settled = YES), MOVE, CHECKING, "checking",
       "green is hydrated and fresh"),
    STAY(480, HYDRATING, ALWAYS, WAIT, "hydration"),

    DOUBTFUL(500, CHECKING),
    SUPERSEDABLE(505, CHECKING),
    ABORTABLE(507, CHECKING),
    GO(510, CHECKING, WHEN(.problem = YES), MOVE, FAILED, "failed", "green cannot be checked"),
    GO(520, CHECKING, WHEN(.checks_failed = YES), MOVE, FAILED, "failed", "a test or check failed"),
    STAY(530, CHECKING, WHEN(.refused = YES), BLOCK,
         "the plan is refused until someone permits or resolves it"),
    GO(535, CHECKING, WHEN(.intended = NO), MOVE, BUILDING, "building",
       "the plan has changed since the intent was recorded"),
    GO(540, CHECKING, WHEN(.missing = YES), MOVE, BUILDING, "building",
       "something of green has gone"),
    GO(542, CHECKING, WHEN(.stale = YES), MOVE, BUILDING, "building",
       "green holds objects of another commit"),
    GO(545, CHECKING, WHEN(.checks_left = YES, .expired = YES), MOVE, FAILED, "failed",
       "the checks did not end within their deadline"),
    STAY(550, CHECKING, WHEN(.checks_left = YES), CHECK, "tests and checks on green"),
    GO(560, CHECKING, WHEN(.proved = NO), MOVE, HYDRATING, QUIETLY,
       "the proof was lost while checking"),
    GO(562, CHECKING, WHEN(.overtaken = YES), MOVE, SUPERSEDED, "superseded",
       "another deployment has cut over meanwhile"),
    GO(564, CHECKING, WHEN(.canary_over = NO), MOVE, CANARY, "canary", "green can be read"),
    STAY(565, CHECKING, WHEN(.admits = YES), ADMIT,
         "whom production does not let in is shut out of green"),
    GO(566, CHECKING, WHEN(.approved = NO), MOVE, AWAITING_APPROVAL, "awaiting_approval",
       "a person must approve the plan"),
    GO(567, CHECKING, WHEN(.window_missed = YES), MOVE, ABORTED, "aborted",
       "no window is open (windows.missed: abort)"),
    GO(568, CHECKING, WHEN(.window_open = NO), MOVE, AWAITING_WINDOW, "awaiting_window",
       "no window is open"),
    GO(570, CHECKING, WHEN(.held = YES, .expired = YES), MOVE, ABORTED, "aborted",
       "held for too long (promote_within)"),
    STAY(572, CHECKING, WHEN(.held = YES), BLOCK, "held until somebody says: cutover resume"),
    STAY(575, CHECKING, WHEN(.soaking = YES), WAIT,
         "ready; the generation before is being cleaned up first"),
    GO(580, CHECKING, ALWAYS, PREPARE, CUTTING_OVER, "cutting_over", "every gate is passed"),

    /* From here on the marker alone says whether it happened. */
    DOUBTFUL(590, CUTTING_OVER),
    STAY(592, CUTTING_OVER, WHEN(.happened = YES, .admits = YES), ADMIT,
         "what was given and taken too late is put right in production"),
    GO(595, CUTTING_OVER, WHEN(.happened = YES, .follow_up = YES), MOVE, REPOINTING, "repointing",
       "the marker says that the cutover has happened; something must follow"),
    GO(600, CUTTING_OVER, WHEN(.happened = YES, .blue = YES), MOVE, SOAKING, "soaking",
       "the marker says that the cutover has happened"),
    GO(610, CUTTING_OVER, WHEN(.happened = YES), MOVE, LIVE, "live",
       "the marker says that the cutover has happened; there is no old side"),
    GO(620, CUTTING_OVER, WHEN(.overtaken = YES), MOVE, SUPERSEDED, "superseded",
       "another deployment has cut over meanwhile"),
    GO(630, CUTTING_OVER, WHEN(.problem = YES), MOVE, FAILED, "failed", "the cutover was refused"),
    GO(640, CUTTING_OVER, WHEN(.expired = YES), MOVE, FAILED, "failed",
       "the cutover did not succeed within its deadline"),
    GO(650, CUTTING_OVER, WHEN(.names_hold = NO), MOVE, BUILDING, "building",
       "somebody changed a name that the cutover needs, or has put something in its way"),
    GO(652, CUTTING_OVER, WHEN(.holds = NO), MOVE, CHECKING, QUIETLY,
       "somebody has said hold since it was decided on, or the window has closed"),
    GO(654, CUTTING_OVER, WHEN(.proved = NO), MOVE, HYDRATING, QUIETLY,
       "green is not hydrated and fresh any more"),
    STAY(655, CUTTING_OVER, WHEN(.admits = YES), ADMIT,
         "whom a canary let in too late is shut out again"),
    STAY(660, CUTTING_OVER, ALWAYS, CUT_OVER, "one transaction"),

    DOUBTFUL(665, REPOINTING),
    NOT_OURS(670, REPOINTING),
    /* A replacement is not part of the marker's transaction: it is applied after it, or the marker goes back. */
    STAY(671, REPOINTING, WHEN(.replacement = YES, .rollback_asked = YES), DROP_GREEN,
         "a person asked for the way back before the replacement was applied"),
    STAY(672, REPOINTING, WHEN(.replacement = YES, .expired = YES), DROP_GREEN,
         "the replacement could not be applied within its deadline (promote_within)"),
    GO(673, REPOINTING, WHEN(.lost = YES), PREPARE_BACK, ROLLING_BACK, "rolling_back",
       "the replacement is gone, and was not applied"),
    STAY(674, REPOINTING, WHEN(.replacement = YES), APPLY, "what waits beside takes its place"),
    GO(675, REPOINTING, WHEN(.rollback_asked = YES, .can_go_back = YES), PREPARE_BACK, ROLLING_BACK,
       "rolling_back", "a person asked for the way back"),
    STAY(680, REPOINTING, WHEN(.rollback_asked = YES), REFUSE_REQUEST, "the old side cannot serve"),
    STAY(685, REPOINTING, WHEN(.sinks = YES), REPOINT, "sinks follow, one after the other"),
    STAY(686, REPOINTING, WHEN(.alterations = YES), ALTER,
         "what needs no green is changed in place"),
    STAY(687, REPOINTING, WHEN(.altering = YES, .expired = YES), BLOCK,
         "a cluster did not take its new size in time (promote_within)"),
    STAY(688, REPOINTING, WHEN(.altering = YES), WAIT, "a cluster takes its new size"),
    GO(690, REPOINTING, WHEN(.blue = YES), MOVE, SOAKING, "soaking", "everything has followed"),
    GO(695, REPOINTING, ALWAYS, MOVE, LIVE, "live",
       "everything has followed; there is no old side"),

    DOUBTFUL(699, SOAKING),
    NOT_OURS(700, SOAKING),
    GO(710, SOAKING, WHEN(.rollback_asked = YES, .can_go_back = YES), PREPARE_BACK, ROLLING_BACK,
       "rolling_back", "a person asked for the way back"),
    STAY(720, SOAKING, WHEN(.rollback_asked = YES), REFUSE_REQUEST, "the old side cannot serve"),
    GO(725, SOAKING, WHEN(.promote_asked = YES), MOVE, CLEANING, "cleaning",
       "a person ended the soak"),
    GO(730, SOAKING, WHEN(.soak_over = YES), MOVE, CLEANING, "cleaning", "the soak is over"),
    STAY(740, SOAKING, ALWAYS, WAIT, "soak"),

    DOUBTFUL(790, ROLLING_BACK),
    STAY(795, ROLLING_BACK, WHEN(.happened = YES, .sinks = YES), REPOINT,
         "sinks go back, one after the other"),
    GO(800, ROLLING_BACK, WHEN(.happened = YES), MOVE, ROLLED_BACK, "rolled_back",
       "the marker says that the way back was taken"),
    NOT_OURS(810, ROLLING_BACK),
    STAY(820, ROLLING_BACK, WHEN(.names_hold = NO), BLOCK,
         "somebody changed a name that the way back needs: see cutover repair"),
    STAY(840, ROLLING_BACK, ALWAYS, ROLL_BACK, "one transaction"),

    DOUBTFUL(905, CLEANING),
    STAY(910, CLEANING, WHEN(.problem = YES), BLOCK, "something on the old side is not ours"),
    STAY(920, CLEANING, WHEN(.readers = YES, .drained = NO), WAIT, "readers of the old side"),
    STAY(925, CLEANING, WHEN(.undecided = YES), WAIT,
         "what is to be dropped may be declared again: the newest commit must compile to tell"),
    STAY(930, CLEANING, WHEN(.blue = YES), DROP_BLUE, "the old side is not needed any more"),
    GO(940, CLEANING, ALWAYS, MOVE, LIVE, "live", "the old side is gone"),

    /* Ends. Only what they left behind is looked after. */
    STAY(1000, FAILED, WHEN(.green = YES, .kept_long_enough = YES), DROP_GREEN,
         "the green of a failed commit was kept long enough"),
    STAY(1005, FAILED, WHEN(.admits = YES), ADMIT, "whom the canary let in is shut out again"),
    STAY(1010, FAILED, ALWAYS, WAIT, "a fix, or a person"),
    STAY(1020, SUPERSEDED, WHEN(.green = YES, .kept_long_enough = YES), DROP_GREEN,
         "nothing uses this green any more"),
    STAY(1025, SUPERSEDED, WHEN(.admits = YES), ADMIT, "whom the canary let in is shut out again"),
    STAY(1030, SUPERSEDED, ALWAYS, WAIT, "nothing"),
    STAY(1040, ABORTED, WHEN(.green = YES), DROP_GREEN, "the deployment was aborted"),
    STAY(1050, ABORTED, ALWAYS, WAIT, "nothing"),
    STAY(1060, ROLLED_BACK, WHEN(.blue = YES, .kept_long_enough = YES, .problem = NO), DROP_BLUE,
         "the side that was rolled back was kept long enough"),
    STAY(1070, ROLLED_BACK, ALWAYS, WAIT, "nothing"),
    STAY(1075, LIVE, WHEN(.green = YES), DROP_GREEN, "a statement came late, and made green again"),
    STAY(1080, LIVE, ALWAYS, WAIT, "nothing"),

    /* Waits for people and time. One comes from `checking` and goes back there, where every gate is seen anew. */
    DOUBTFUL(1100, CANARY),
    SUPERSEDABLE(1110, CANARY),
    ABORTABLE(1115, CANARY),
    GO(1120, CANARY, WHEN(.intact = NO), MOVE, CHECKING, QUIETLY, "green is not as it was proved"),
    GO(1130, CANARY, WHEN(.promote_asked = YES), MOVE, CHECKING, QUIETLY,
       "a person ended the canary"),
    STAY(1135, CANARY, WHEN(.admits = YES), ADMIT, "roles are let in to read green"),
    GO(1140, CANARY, WHEN(.canary_over = YES), MOVE, CHECKING, QUIETLY,
       "the canary lasted long enough"),
    STAY(1150, CANARY, ALWAYS, WAIT, "canary: green can be read"),

    DOUBTFUL(1200, AWAITING_APPROVAL),
    SUPERSEDABLE(1210, AWAITING_APPROVAL),
    ABORTABLE(1215, AWAITING_APPROVAL),
    GO(1220, AWAITING_APPROVAL, WHEN(.intact = NO), MOVE, CHECKING, QUIETLY,
       "green is not as it was proved"),
    GO(1230, AWAITING_APPROVAL, WHEN(.approved = YES), MOVE, CHECKING, QUIETLY,
       "the plan is approved"),
    GO(1240, AWAITING_APPROVAL, WHEN(.expired = YES), MOVE, ABORTED, "aborted",
       "nobody approved it in time (promote_within)"),
    STAY(1250, AWAITING_APPROVAL, WHEN(.rehearsed = NO), REHEARSE,
         "the cutover is rehearsed again before people decide"),
    STAY(1260, AWAITING_APPROVAL, ALWAYS, WAIT, "approval"),

    DOUBTFUL(1300, AWAITING_WINDOW),
    SUPERSEDABLE(1310, AWAITING_WINDOW),
    ABORTABLE(1315, AWAITING_WINDOW),
    GO(1320, AWAITING_WINDOW, WHEN(.intact = NO), MOVE, CHECKING, QUIETLY,
       "green is not as it was proved"),
    GO(1330, AWAITING_WINDOW, WHEN(.promote_asked = YES), MOVE, CHECKING, QUIETLY,
       "a person did not wait for the window"),
    GO(1340, AWAITING_WINDOW, WHEN(.window_open = YES), MOVE, CHECKING, QUIETLY,
       "the window is open"),
    GO(1350, AWAITING_WINDOW, WHEN(.expired = YES), MOVE, ABORTED, "aborted",
       "no window opened in time (promote_within)"),
    STAY(1360, AWAITING_WINDOW, ALWAYS, WAIT, "window"),
};

#define RULE_COUNT (sizeof rules / sizeof *rules)
#define FACT_COUNT (sizeof(Facts) / sizeof(Tri))

const Rule *decide_rules(size_t *count)
{
    *count = RULE_COUNT;
    return rules;
}

static bool matches(const Facts *pattern, const Facts *facts)
{
    const Tri *wanted = (const Tri *)pattern, *seen = (const Tri *)facts;
    for (size_t i = 0; i < FACT_COUNT; i++) {
        if (wanted[i] != ANY && wanted[i] != seen[i]) {
            return false;
        }
    }
    return true;
}

const Rule *decide(Phase from, const Facts *facts)
{
    static const Rule nothing = {0, PHASE_NONE, {0}, ACTION_WAIT, PHASE_NONE, NULL, "nothing"};
    for (size_t i = 0; i < RULE_COUNT; i++) {
        if (rules[i].from == from && matches(&rules[i].when, facts)) {
            return &rules[i];
        }
    }
    return &nothing;
}

const char *action_name(Action action)
{
    static const char *const names[ACTION_COUNT] = {
        [ACTION_WAIT] = "wait",
        [ACTION_BLOCK] = "block",
        [ACTION_MAKE_RECORD] = "make_record",
        [ACTION_MAKE_MARKER] = "make_marker",
        [ACTION_BEGIN] = "begin",
        [ACTION_INTEND] = "intend",
        [ACTION_CLAIM] = "claim",
        [ACTION_CLEAR_STALE] = "clear_stale",
        [ACTION_BUILD] = "build",
        [ACTION_REHEARSE] = "rehearse",
        [ACTION_CHECK] = "check",
        [ACTION_MOVE] = "move",
        [ACTION_REPOINT] = "repoint",
        [ACTION_ALTER] = "alter",
        [ACTION_APPLY] = "apply",
        [ACTION_PREPARE] = "prepare",
        [ACTION_CUT_OVER] = "cut_over",
        [ACTION_PREPARE_BACK] = "prepare_back",
        [ACTION_ROLL_BACK] = "roll_back",
        [ACTION_NOTE_PROOF] = "note_proof",
        [ACTION_DROP_BLUE] = "drop_blue",
        [ACTION_DROP_GREEN] = "drop_green",
        [ACTION_REFUSE_REQUEST] = "refuse_request",
        [ACTION_ANSWER] = "answer",
        [ACTION_NOTE_WHOLE] = "note_whole",
        [ACTION_TELL_DRIFT] = "tell_drift",
        [ACTION_RESTORE] = "restore",
        [ACTION_ADMIT] = "admit",
        [ACTION_PRUNE] = "prune",
    };
    return names[action];
}
