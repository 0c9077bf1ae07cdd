/* SPDX-License-Identifier: GPL-2.0-only */
#include "privacy/machine_names.h"

#include <dirent.h>
#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

enum {
	PERSON_MIN = 1000, /* UID_MIN of login.defs(5) */
	NOBODY = 65534,
	NAME_MAX_BYTES = 64, /* longer ones stand in no name that could be stored */
	SHORT_BYTES = 2,
};

static const char *const nobodys[] = {
	"admin",       "administrator",
	"ansible",     "app",
	"apps",	       "build",
	"builder",     "centos",
	"ci",	       "container",
	"core",	       "data",
	"debian",      "default",
	"demo",	       "deploy",
	"desktop",     "dev",
	"developer",   "docker",
	"ec2-user",    "fedora",
	"git",	       "guest",
	"home",	       "host",
	"jenkins",     "kali",
	"laptop",      "linux",
	"linuxbrew",   "local",
	"localhost",   "lost+found",
	"main",	       "master",
	"nixbld",      "node",
	"nonexistent", "none",
	"operator",    "pi",
	"postgres",    "public",
	"raspberrypi", "root",
	"runner",      "server",
	"service",     "shared",
	"source",      "sshd",
	"staging",     "sudo",
	"system",      "test",
	"tester",      "ubuntu",
	"user",	       "users",
	"vagrant",     "vm",
	"web",	       "worker",
	"workspace",   "www",
	NULL,
};

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool is_alphanumeric(char c)
{
	c = lower(c);
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

static int add(struct text_list *names, const char *text, size_t length)
{
	char name[NAME_MAX_BYTES];
	size_t i;

	if (!length || length >= sizeof(name))
		return 0;
	for (i = 0; i < length; i++)
		name[i] = lower(text[i]);
	name[length] = '\0';
	for (i = 0; nobodys[i]; i++)
		if (!strcmp(nobodys[i], name))
			return 0;
	return text_list_add(names, name, length);
}

static int add_last_part(struct text_list *names, const char *path)
{
	size_t end = strlen(path), start;

	while (end && path[end - 1] == '/')
		end--;
	for (start = end; start && path[start - 1] != '/'; start--)
		;
	return add(names, path + start, end - start);
}

static int read_accounts(FILE *file, struct text_list *names)
{
	const struct passwd *account;
	int ret = 0;

	while (!ret && (account = fgetpwent(file))) {
		if (account->pw_uid < PERSON_MIN || account->pw_uid == NOBODY)
			continue;
		ret = add(names, account->pw_name, strlen(account->pw_name));
		if (!ret)
			ret = add_last_part(names, account->pw_dir);
	}
	return ret;
}

static int read_homes(DIR *directory, struct text_list *names)
{
	const struct dirent *entry;
	int ret = 0;

	while (!ret && (entry = readdir(directory)))
		if (entry->d_name[0] != '.')
			ret = add(names, entry->d_name, strlen(entry->d_name));
	return ret;
}

int machine_names_read(const char *accounts, const char *homes, const char *host,
		       struct text_list *names)
{
	FILE *file = fopen(accounts, "re");
	DIR *directory = opendir(homes);
	int ret = 0;

	if (file) {
		ret = read_accounts(file, names);
		fclose(file);
	}
	if (directory) {
		if (!ret)
			ret = read_homes(directory, names);
		closedir(directory);
	}
	if (!ret)
		ret = add(names, host, strlen(host));
	if (!ret)
		ret = add(names, host, strcspn(host, "."));
	text_list_sort(names);
	return ret;
}

int machine_names_collect(struct text_list *names)
{
	struct utsname machine;

	uname(&machine); /* fails for a bad address only */
	return machine_names_read("/etc/passwd", "/home", machine.nodename, names);
}

static bool is_border(const char *text, size_t length, size_t at)
{
	return at == 0 || at == length || !is_alphanumeric(text[at - 1]) ||
	       !is_alphanumeric(text[at]);
}

/* One that begins at @start? */
static bool find_at(const struct text_list *names, const char *text, size_t length, size_t start)
{
	char name[NAME_MAX_BYTES];
	size_t i;

	for (i = 0; start + i < length && i < sizeof(name) - 1; i++) {
		name[i] = lower(text[start + i]);
		name[i + 1] = '\0';
		if (!is_border(text, length, start + i + 1))
			continue;
		if (i + 1 <= SHORT_BYTES && i + 1 != length)
			continue;
		if (text_list_has(names, name))
			return true;
	}
	return false;
}

bool machine_names_find(const struct text_list *names, const char *text, size_t length)
{
	size_t start;

	if (!names->count)
		return false;
	for (start = 0; start < length; start++)
		if (is_border(text, length, start) && find_at(names, text, length, start))
			return true;
	return false;
}
