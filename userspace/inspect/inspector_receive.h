/* SPDX-License-Identifier: GPL-2.0-only */
/* inspector_receive.h - the parts of an answer to ASK_LOOK, none of which is believed unchecked. */
#ifndef TELPROBE_INSPECT_INSPECTOR_RECEIVE_H
#define TELPROBE_INSPECT_INSPECTOR_RECEIVE_H

#include "inspect/inspector_link.h"

/**
 * inspector_receive() - what follows the first message of an answer
 * @number: of the question; @claimed: the file as that message has it
 * Return: 0, the caller frees *out; -EPROTO for what cannot be, -ENOMEM, those of
 * inspector_link_receive(). */
int inspector_receive(struct inspector_link *link, uint32_t number,
		      const struct inspection *claimed, struct inspection **out);

/** inspector_is_function() - whether the child's answer to ASK_FUNCTION can be one */
int inspector_is_function(const struct inspect_function *function);

/** inspector_is_symbol() - the same of ASK_SYMBOL */
int inspector_is_symbol(const struct inspect_symbol *symbol);

/** inspector_receive_names() - the parts of an answer to ASK_NAMES. Return: as inspector_receive(). */
int inspector_receive_names(struct inspector_link *link, uint32_t number, uint32_t count,
			    uint32_t total, struct inspect_names *out);

#endif
