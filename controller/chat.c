#include "cutover/chat.h"

#include "cutover/buf.h"
#include "cutover/json.h"
#include "cutover/str.h"

#include <string.h>

enum { TEXT_MAX = 1 << 16, BODY_MAX = 1 << 18, DISCORD_CHARACTERS = 2000 };

typedef struct Word {
    const char *slack, *plain;
} Word;

static const Word words[] = {
    {":no_entry:", "\u26d4"},
    {":no_entry_sign:", "\U0001f6ab"},
    {":large_green_circle:", "\U0001f7e2"},
    {":white_check_mark:", "\u2705"},
    {":red_circle:", "\U0001f534"},
    {":leftwards_arrow_with_hook:", "\u21a9\ufe0f"},
    {":warning:", "\u26a0\ufe0f"},
    {":double_vertical_bar:", "\u23f8\ufe0f"},
    {"&lt;", "<"},
    {"&gt;", ">"},
    {"&amp;", "&"},
    {"[", "\\["}, /* what a person wrote becomes no link */
    {"]", "\\]"},
};

static size_t put_word(Buf *out, const char *text)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (str_starts(text, words[i].slack)) {
            buf_text(out, words[i].plain);
            return strlen(words[i].slack);
        }
    }
    return 0;
}

/* "<url|text>"; what people wrote has no such sign, since it is escaped. */
static size_t put_link(Buf *out, const char *text)
{
    const char *bar = *text == '<' ? strchr(text, '|') : NULL, *end = bar ? strchr(bar, '>') : NULL;
    if (!end) {
        return 0;
    }
    buf_char(out, '[');
    buf_add(out, bar + 1, (size_t)(end - bar - 1));
    buf_text(out, "](");
    buf_add(out, text + 1, (size_t)(bar - text - 1));
    buf_char(out, ')');
    return (size_t)(end - text) + 1;
}

char *chat_markdown(Arena *arena, const char *mrkdwn)
{
    Buf out = buf_new(arena, TEXT_MAX);
    buf_text(&out, "");
    while (*mrkdwn) {
        size_t taken = put_link(&out, mrkdwn);
        taken = taken ? taken : put_word(&out, mrkdwn);
        if (!taken) {
            buf_char(&out, *mrkdwn);
        }
        mrkdwn += taken ? taken : 1;
    }
    return out.data;
}

char *chat_teams_body(Arena *arena, const char *markdown)
{
    Buf out = buf_new(arena, BODY_MAX);
    JsonOut json = json_out(&out);
    json_open_object(&json);
    json_put_str(&json, "type", "message");
    json_key(&json, "attachments");
    json_open_array(&json);
    json_open_object(&json);
    json_put_str(&json, "contentType", "application/vnd.microsoft.card.adaptive");
    json_key(&json, "content");
    json_open_object(&json);
    json_put_str(&json, "type", "AdaptiveCard");
    json_put_str(&json, "version", "1.4");
    json_key(&json, "body");
    json_open_array(&json);
    json_open_object(&json);
    json_put_str(&json, "type", "TextBlock");
    json_put_str(&json, "text", markdown);
    json_put_bool(&json, "wrap", true);
    json_close_object(&json);
    json_close_array(&json);
    json_close_object(&json);
    json_close_object(&json);
    json_close_array(&json);
    json_close_object(&json);
    return out.data;
}

/* The bytes of the first COUNT characters. */
static size_t length_of(const char *text, size_t count)
{
    const char *p = text;
    while (*p && (count || (*p & 0xc0) == 0x80)) {
        count -= (*p & 0xc0) != 0x80;
        p++;
    }
    return (size_t)(p - text);
}

char *chat_discord_body(Arena *arena, const char *markdown)
{
    Buf out = buf_new(arena, BODY_MAX);
    JsonOut json = json_out(&out);
    json_open_object(&json);
    json_put_str(&json, "content",
                 arena_strndup(arena, markdown, length_of(markdown, DISCORD_CHARACTERS)));
    json_key(&json, "allowed_mentions");
    json_open_object(&json);
    json_key(&json, "parse");
    json_open_array(&json);
    json_close_array(&json);
    json_close_object(&json);
    json_close_object(&json);
    return out.data;
}
