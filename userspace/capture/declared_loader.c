/* SPDX-License-Identifier: GPL-2.0-only */
/* declared_loader.c - the programs that read names from memory: loaded when the first name is
 * declared. An object of its own, which shares every map with the one that is always loaded, but the
 * constants and the names. Who may load no program any more asks a process that may load this one. */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "capture/capture_internal.h"
#include "capture/features.h"
#include "declared.skel.h"
#include "declared_older.skel.h"

#define MARKERS	    "marker_declared"
#define ARGUMENTS   "run_arguments"
#define NAMES_MAP   "declared"
#define LEARNED_MAP "learned"

enum { LOAD_MS = 30000 }; /* the kernel checks some 45,000 instructions; a machine may be slow */

struct answer { /* with the descriptors of @loaded when @code is 0 */
	int32_t code;
};

struct loaded {
	int program_fd, arguments_fd, map_fd;
};

union control {
	struct cmsghdr header;
	char bytes[CMSG_SPACE(sizeof(struct loaded))];
};

static int share_maps(struct bpf_object *declared, const struct bpf_object *always)
{
	const struct bpf_map *shared;
	struct bpf_map *map;
	int ret = 0;

	bpf_object__for_each_map(map, declared)
	{
		const char *name = bpf_map__name(map);

		if (!strcmp(name, NAMES_MAP) || !strcmp(name, LEARNED_MAP) ||
		    strstr(name, ".rodata"))
			continue;
		shared = bpf_object__find_map_by_name(always, name);
		ret = shared ? bpf_map__reuse_fd(map, bpf_map__fd(shared)) : -ENOENT;
		if (ret)
			break;
	}
	return ret;
}

#define IS_SAME_PLACE(member)                             \
	(offsetof(struct declared_bpf__rodata, member) == \
	 offsetof(struct declared_older_bpf__rodata, member))
_Static_assert(IS_SAME_PLACE(is_learning) && IS_SAME_PLACE(learner), "one layout for both");

/* Tables of the object's follow the constants the skeleton knows. */
static int set_constants(struct bpf_map *constants, const struct declared_parts *parts)
{
	struct declared_bpf__rodata *copy;
	const void *first;
	size_t size = 0;
	int ret;

	first = bpf_map__initial_value(constants, &size);
	if (!first || size < sizeof(*copy))
		return -EINVAL;
	copy = malloc(size);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, first, size);
	copy->is_learning = parts->is_learning;
	copy->learner = parts->learner;
	ret = bpf_map__set_initial_value(constants, copy, size);
	free(copy);
	return ret;
}

/* Else that map is not made, and what would write to it is no part of the program. */
static int set_learning(struct bpf_object *object, const struct declared_parts *parts)
{
	struct bpf_map *map = bpf_object__find_map_by_name(object, LEARNED_MAP);
	int ret = bpf_map__set_autocreate(map, parts->is_learning);

	if (ret)
		return ret;
	bpf_object__for_each_map(map, object)
	{
		if (strstr(bpf_map__name(map), ".rodata"))
			return set_constants(map, parts);
	}
	return -ENOENT;
}

/* Not by its skeleton: that would map the numbers both share, which whoever is forked would inherit
 * (capture_hide()). */
static int load_object(const struct capture *capture, struct bpf_object **out)
{
	/* the names of maps begin with the object's */
	LIBBPF_OPTS(bpf_object_open_opts, options, .object_name = "telprobe_bpf");
	struct bpf_object *object;
	const void *bytes;
	size_t size;
	int ret;

	if (features_has_function("bpf_preempt_disable"))
		bytes = declared_bpf__elf_bytes(&size);
	else
		bytes = declared_older_bpf__elf_bytes(&size);
	object = bpf_object__open_mem(bytes, size, &options);
	if (!object)
		return -errno;
	ret = set_learning(object, &capture->declared);
	if (!ret)
		ret = share_maps(object, capture->programs->obj);
	if (!ret && capture->facts.method == CAPTURE_UPROBE_MULTI)
		ret = bpf_program__set_expected_attach_type(
			bpf_object__find_program_by_name(object, MARKERS), LINK_UPROBE_MULTI);
	if (!ret)
		ret = bpf_object__load(object);
	if (ret) {
		bpf_object__close(object);
		return ret;
	}
	*out = object;
	return 0;
}

static struct loaded fds_of(const struct bpf_object *object)
{
	return (struct loaded){
		.program_fd = bpf_program__fd(bpf_object__find_program_by_name(object, MARKERS)),
		.arguments_fd =
			bpf_program__fd(bpf_object__find_program_by_name(object, ARGUMENTS)),
		.map_fd = bpf_object__find_map_fd_by_name(object, NAMES_MAP),
	};
}

static bool is_complete(const struct loaded *loaded)
{
	return loaded->program_fd >= 0 && loaded->arguments_fd >= 0 && loaded->map_fd >= 0;
}

static void fd_close(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void loaded_close(struct loaded *loaded)
{
	fd_close(&loaded->program_fd);
	fd_close(&loaded->arguments_fd);
	fd_close(&loaded->map_fd);
}

/* Return: the same, which outlives the object; -1: it has none. */
static int keep_fd(int fd)
{
	return fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

static int load_here(struct capture *capture, struct loaded *out)
{
	struct declared_parts *parts = &capture->declared;
	struct bpf_object *object;
	int ret = load_object(capture, &object), learned;
	struct loaded own;

	if (ret)
		return ret;
	own = fds_of(object);
	learned = bpf_object__find_map_fd_by_name(object, LEARNED_MAP);
	out->program_fd = keep_fd(own.program_fd);
	out->arguments_fd = keep_fd(own.arguments_fd);
	out->map_fd = keep_fd(own.map_fd);
	parts->learned_fd = parts->is_learning ? keep_fd(learned) : -1;
	if (!is_complete(out) || (parts->is_learning && parts->learned_fd < 0)) {
		ret = -EMFILE;
		loaded_close(out);
		fd_close(&parts->learned_fd);
	}
	bpf_object__close(object);
	return ret;
}

static int send_answer(int socket, int32_t code, const struct loaded *loaded)
{
	struct answer answer = { .code = code };
	struct iovec part = { &answer, sizeof(answer) };
	struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
	union control control = { 0 };

	if (!code) {
		message.msg_control = &control;
		message.msg_controllen = sizeof(control);
		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(sizeof(*loaded));
		memcpy(CMSG_DATA(&control.header), loaded, sizeof(*loaded));
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL) == sizeof(answer) ? 0 : -errno;
}

static int receive_answer(int socket, struct loaded *out)
{
	struct answer answer = { 0 };
	struct iovec part = { &answer, sizeof(answer) };
	union control control = { 0 };
	struct msghdr message = { .msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = &control,
				  .msg_controllen = sizeof(control) };
	ssize_t got = recvmsg(socket, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (got < 0)
		return -errno;
	if (got != sizeof(answer))
		return -EPIPE;
	if (answer.code)
		return answer.code < 0 ? answer.code : -EBADMSG;
	if (control.header.cmsg_type != SCM_RIGHTS ||
	    control.header.cmsg_len != CMSG_LEN(sizeof(*out)))
		return -EBADMSG;
	memcpy(out, CMSG_DATA(&control.header), sizeof(*out));
	return 0;
}

static int load_there(const struct capture *capture, struct loaded *out)
{
	struct pollfd polled = { .fd = capture->declared.loader_fd, .events = POLLIN };
	int ret;

	while (receive_answer(polled.fd, out) == 0) /* of a question that was given up */
		loaded_close(out);
	if (send(polled.fd, "", 1, MSG_NOSIGNAL | MSG_DONTWAIT) != 1)
		return -errno;
	ret = poll(&polled, 1, LOAD_MS);
	if (ret <= 0)
		return ret ? -errno : -ETIMEDOUT;
	return receive_answer(polled.fd, out);
}

int declared_load(struct capture *capture, struct error *error)
{
	struct declared_parts *parts = &capture->declared;
	struct loaded loaded;
	int ret;

	if (parts->loader_fd >= 0 && parts->is_learning)
		return error_set(error, -EINVAL, "a service does not learn names");
	ret = parts->loader_fd < 0 ? load_here(capture, &loaded) : load_there(capture, &loaded);
	if (ret) {
		error_set(error, ret, "cannot load the program for declared names: %s",
			  error_text(ret));
		return error_hint(error, "they are kept as [UNDECLARED]; `telprobe doctor` tells "
					 "what this kernel lacks");
	}
	parts->program_fd = loaded.program_fd;
	parts->arguments_fd = loaded.arguments_fd;
	parts->map_fd = loaded.map_fd;
	return 0;
}

void declared_unload(struct capture *capture)
{
	struct declared_parts *parts = &capture->declared;

	fd_close(&parts->arguments_link_fd); /* first: it runs at every exec */
	fd_close(&parts->program_fd);
	fd_close(&parts->arguments_fd);
	fd_close(&parts->map_fd);
	fd_close(&parts->learned_fd);
}

void capture_use_loader(struct capture *capture, int socket)
{
	capture->declared.loader_fd = socket;
}

int capture_map_fds(const struct capture *capture, int *fds, int room)
{
	struct bpf_map *map;
	int count = 0;

	bpf_object__for_each_map(map, capture->programs->obj) if (count < room) fds[count++] =
		bpf_map__fd(map);
	return count;
}

int capture_load_for(struct capture *capture, int socket)
{
	struct bpf_object *object = NULL;
	struct loaded loaded = { -1, -1, -1 };
	char asked;
	int ret;

	while (recv(socket, &asked, sizeof(asked), 0) == sizeof(asked)) {
		ret = load_object(capture, &object);
		if (!ret)
			loaded = fds_of(object);
		ret = send_answer(socket, ret, &loaded);
		bpf_object__close(object); /* who asked holds it now */
		object = NULL;
		if (ret)
			return ret;
	}
	return 0;
}
