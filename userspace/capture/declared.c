/* SPDX-License-Identifier: GPL-2.0-only */
/* declared.c - the names that targets declare, as the kernel side holds them, and whether it looks for
 * them on command lines. */
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <unistd.h>

#include "capture/capture_internal.h"

static bool is_used(const struct capture *capture)
{
	uint16_t i;

	for (i = 1; i <= capture->last; i++)
		if (capture->objects[i].reads_names && capture->objects[i].links.count)
			return true;
	return false;
}

/* Everything that is there and not in @names. A key leads to the next as long as it is there. */
static int remove_others(int map, const struct table *names)
{
	struct tp_declared_key key, next;
	bool is_more = !bpf_map_get_next_key(map, NULL, &next);
	int ret = 0;

	while (is_more && !ret) {
		key = next;
		is_more = !bpf_map_get_next_key(map, &key, &next);
		if (!table_find(names, &key))
			ret = bpf_map_delete_elem(map, &key);
	}
	return ret;
}

static int add_all(int map, const struct table *names)
{
	size_t position = 0;
	const void *key;
	uint32_t *number;
	int ret;

	while ((number = table_next(names, &position, &key))) {
		ret = bpf_map_update_elem(map, key, number, BPF_ANY);
		if (ret)
			return ret;
	}
	return 0;
}

/* Whether any of them is looked for on a command line. */
static bool is_said_there(const struct table *names)
{
	const struct tp_declared_key *declared;
	const void *key;
	size_t position = 0;

	while (table_next(names, &position, &key)) {
		declared = key;
		if (declared->target >= TP_DECLARED_OF(0, TP_DECLARED_SUBCOMMAND))
			return true;
	}
	return false;
}

/* Behind the program that sees each exec, which was attached when capture was opened. */
static int read_arguments(struct declared_parts *parts, bool is_wanted)
{
	if (is_wanted == (parts->arguments_link_fd >= 0))
		return 0;
	if (!is_wanted) {
		close(parts->arguments_link_fd);
		parts->arguments_link_fd = -1;
		return 0;
	}
	parts->arguments_link_fd = bpf_link_create(parts->arguments_fd, 0, BPF_TRACE_RAW_TP, NULL);
	return parts->arguments_link_fd < 0 ? parts->arguments_link_fd : 0;
}

int capture_declare(struct capture *capture, const struct table *names, struct error *error)
{
	struct declared_parts *parts = &capture->declared;
	int ret;

	if (!names->count && !is_used(capture)) {
		declared_unload(capture);
		return 0;
	}
	ret = parts->program_fd < 0 ? declared_load(capture, error) : 0;
	if (ret)
		return ret;
	ret = remove_others(parts->map_fd, names);
	if (!ret)
		ret = add_all(parts->map_fd, names);
	if (!ret)
		ret = read_arguments(parts, is_said_there(names));
	return ret ? error_set(error, ret, "cannot tell the kernel the declared names: %s",
			       error_text(ret))
		   : 0;
}

int capture_learn(struct capture *capture, uint32_t uid, struct error *error)
{
	int ret;

	capture->declared.learner = uid;
	capture->declared.is_learning = true;
	ret = declared_load(capture, error);
	capture->declared.is_learning = !ret;
	return ret;
}

int capture_each_learned(const struct capture *capture, capture_learned_visitor visit, void *data)
{
	const int map = capture->declared.learned_fd;
	struct tp_declared_key key, next;
	bool is_more = map >= 0 && !bpf_map_get_next_key(map, NULL, &next);
	int ret = 0;

	while (is_more && !ret) {
		key = next;
		key.text[sizeof(key.text) - 1] = '\0';
		ret = visit(data, key.text);
		is_more = !bpf_map_get_next_key(map, &next, &next);
	}
	return ret;
}
