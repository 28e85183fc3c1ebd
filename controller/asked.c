#include "asked.h"

#include "cutover/str.h"

/* A hold is a state of its own. */
static bool is_awaited(const RecordRequest *request)
{
    return !request->done && !str_eq(request->kind, "hold") && !str_eq(request->kind, "resume");
}

static void write_request(Buf *out, const Record *record, const RecordRequest *request, Moment now)
{
    const RecordDeployment *d = record_deployment(record, request->deployment);
    buf_printf(out, "  asked: %s", request->kind);
    if (d) {
        buf_printf(out, " of g%lld", (long long)d->generation);
    }
    buf_printf(out, " by %s at %.16s, request %.4s, not answered yet",
               request->by ? request->by : "somebody", moment_text(out->arena, request->at),
               request->id);
    buf_text(out, now - request->at > PATIENCE ? ": is a controller running?\n" : "\n");
}

void asked_write_text(Buf *out, const Record *record, Moment now)
{
    vec_each (RecordRequest, it, &record->requests) {
        if (is_awaited(it)) {
            write_request(out, record, it, now);
        }
    }
}

static void put_request(JsonOut *json, const RecordRequest *request)
{
    json_open_object(json);
    json_put_str(json, "id", request->id);
    json_put_str(json, "kind", request->kind);
    json_put_str(json, "deployment", request->deployment);
    json_put_str(json, "by", request->by);
    json_put_str(json, "reason", request->reason);
    json_put_str(json, "at", moment_iso(json->buf->arena, request->at));
    json_close_object(json);
}

void asked_put_json(JsonOut *json, const Record *record)
{
    json_key(json, "requests");
    json_open_array(json);
    vec_each (RecordRequest, it, &record->requests) {
        if (is_awaited(it)) {
            put_request(json, it);
        }
    }
    json_close_array(json);
}
