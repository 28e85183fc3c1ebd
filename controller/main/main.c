/* The program. Everything is in the libraries, so that tests link the same code. */
#include "cutover/cli.h"

int main(int argc, char **argv)
{
    return cli_main(argc, argv);
}
