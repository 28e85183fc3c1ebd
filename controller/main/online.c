/* cutover-online: every command, with the libraries that talk to servers. */
#include "online.h"
#include "commands.h"
#include "loose_database.h"
#include "ls_state.h"

#include "cutover/str.h"

static const struct {
    const char *name;
    CommandRun *run;
} commands[] = {
    {"run", cmd_run},         {"plan", cmd_plan},       {"apply", cmd_apply},
    {"status", cmd_status},   {"history", cmd_history}, {"show", cmd_show},
    {"approve", cmd_request}, {"abort", cmd_request},   {"hold", cmd_request},
    {"resume", cmd_request},  {"promote", cmd_request}, {"rollback", cmd_request},
    {"adopt", cmd_adopt},     {"repair", cmd_repair},   {"drift", cmd_drift},
    {"notify", cmd_notify},   {"doctor", cmd_doctor},
};

static CommandRun *find(const char *name)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        if (str_eq(commands[i].name, name)) {
            return commands[i].run;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    static const Online online = {find, loose_database_read, ls_state};
    return cli_main(argc, argv, &online);
}
