// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <libssh2.h>
#include <stdlib.h>
#include <string.h>

/// Octets of a channel's window, and of a packet, that the library proposes.
static inline unsigned int sonde_ssh2_window(void) { return LIBSSH2_CHANNEL_WINDOW_DEFAULT; }
static inline unsigned int sonde_ssh2_packet(void) { return LIBSSH2_CHANNEL_PACKET_DEFAULT; }

/// The text of a prompt, whose type has changed between versions of the library.
static inline const char *sonde_ssh2_prompt(
    const LIBSSH2_USERAUTH_KBDINT_PROMPT *prompts, int index, size_t *length) {
    *length = prompts[index].length;
    return (const char *)prompts[index].text;
}

/// Puts an answer where the library finds it, in memory that the library frees.
static inline void sonde_ssh2_answer(
    LIBSSH2_USERAUTH_KBDINT_RESPONSE *answers, int index, const unsigned char *text, size_t length) {
    char *copy = malloc(length + 1);
    if (copy == NULL) return;
    if (length > 0) memcpy(copy, text, length);
    copy[length] = 0;
    answers[index].text = copy;
    answers[index].length = (unsigned int)length;
}
