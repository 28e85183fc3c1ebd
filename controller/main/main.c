/* The program that people type: commands that read files alone; for all others it becomes cutover-online. */
#include "cutover/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv, NULL);
}
