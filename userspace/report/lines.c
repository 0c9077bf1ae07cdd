/* SPDX-License-Identifier: GPL-2.0-only */
#include "report/lines.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "report/text.h"

enum { MATRIX_CELLS = 16 << 20 };

int lines_add(struct lines *lines, char *text)
{
	size_t capacity = lines->capacity ? lines->capacity * 2 : 64;
	char **items;

	if (!text)
		return -ENOMEM;
	if (lines->count == lines->capacity) {
		items = reallocarray(lines->items, capacity, sizeof(*items));
		if (!items) {
			free(text);
			return -ENOMEM;
		}
		lines->items = items;
		lines->capacity = capacity;
	}
	lines->items[lines->count++] = text;
	return 0;
}

void lines_clear(struct lines *lines)
{
	size_t i;

	for (i = 0; i < lines->count; i++)
		free(lines->items[i]);
	free(lines->items);
	memset(lines, 0, sizeof(*lines));
}

int lines_read(struct lines *lines, const char *path, size_t limit, struct error *error)
{
	FILE *file = fopen(path, "re");
	size_t size = 0, before = lines->count;
	char *line = NULL;
	int ret = 0;

	if (!file)
		return error_set(error, -errno, "cannot open '%s': %s", path, error_text(errno));
	while (!ret && getline(&line, &size, file) >= 0) {
		line[strcspn(line, "\n")] = '\0';
		if (lines->count - before >= limit)
			ret = error_set(error, -EFBIG, "'%s' has more than %zu lines", path, limit);
		else if (lines_add(lines, strdup(line)))
			ret = error_set(error, -ENOMEM, "out of memory");
	}
	if (!ret && ferror(file))
		ret = error_set(error, -EIO, "cannot read '%s': %s", path, error_text(EIO));
	free(line);
	fclose(file);
	return ret;
}

static void print_line(FILE *file, char sign, const char *line)
{
	putc(sign, file);
	text_print(line, file);
	putc('\n', file);
}

/* Longest common subsequence: matrix[i][k] is its length for the lines from i and k on. */
static void fill_matrix(uint16_t *matrix, char *const *a, size_t m, char *const *b, size_t n)
{
	size_t i, k, width = n + 1;
	uint16_t down, right;

	for (i = m; i-- > 0;)
		for (k = n; k-- > 0;) {
			down = matrix[(i + 1) * width + k];
			right = matrix[i * width + k + 1];
			matrix[i * width + k] = !strcmp(a[i], b[k])
							? matrix[(i + 1) * width + k + 1] + 1
						: down > right ? down
							       : right;
		}
}

static long print_matrix(const uint16_t *matrix, char *const *a, size_t m, char *const *b, size_t n,
			 FILE *file)
{
	size_t i = 0, k = 0, width = n + 1;
	long differing = 0;

	while (i < m || k < n) {
		if (i < m && k < n && !strcmp(a[i], b[k])) {
			i++;
			k++;
			continue;
		}
		if (k == n || (i < m && matrix[(i + 1) * width + k] >= matrix[i * width + k + 1]))
			print_line(file, '-', a[i++]);
		else
			print_line(file, '+', b[k++]);
		differing++;
	}
	return differing;
}

static long print_all(char *const *a, size_t m, char *const *b, size_t n, FILE *file)
{
	size_t i;

	for (i = 0; i < m; i++)
		print_line(file, '-', a[i]);
	for (i = 0; i < n; i++)
		print_line(file, '+', b[i]);
	return (long)(m + n);
}

long lines_diff(const struct lines *expected, const struct lines *actual, FILE *file)
{
	size_t m = expected->count, n = actual->count, start = 0;
	char *const *a = expected->items, *const *b = actual->items;
	uint16_t *matrix;
	long differing;

	while (start < m && start < n && !strcmp(a[start], b[start]))
		start++;
	while (m > start && n > start && !strcmp(a[m - 1], b[n - 1])) {
		m--;
		n--;
	}
	if (m == start && n == start)
		return 0;
	if (start)
		print_line(file, ' ', a[start - 1]);
	a += start;
	b += start;
	m -= start;
	n -= start;
	if (m > UINT16_MAX || n > UINT16_MAX || (m + 1) * (n + 1) > MATRIX_CELLS)
		return print_all(a, m, b, n, file);
	matrix = calloc((m + 1) * (n + 1), sizeof(*matrix));
	if (!matrix)
		return -ENOMEM;
	fill_matrix(matrix, a, m, b, n);
	differing = print_matrix(matrix, a, m, b, n, file);
	free(matrix);
	return differing;
}
