/* SPDX-License-Identifier: GPL-2.0-only */
/* calls_library.c - the program of the cells of the matrix whose marker is in a library. */
int run_in_library(void);

int main(void)
{
	return run_in_library();
}
