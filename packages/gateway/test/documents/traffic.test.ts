/** What judges the traffic of all tests: it sees what is wrong. Each case plants one fault into an exchange that is right. */
import { defaultLimits } from "@parley/domain/limits"
import { problem } from "@parley/domain/wire/problem"
import { describe, expect, it } from "vitest"
import { asyncApi } from "../../src/documents/asyncApi.ts"
import * as example from "../../src/documents/exampleIds.ts"
import { exampleConversation } from "../../src/documents/examples.ts"
import type { Json } from "../../src/documents/jsonSchemas.ts"
import { openApi } from "../../src/documents/openApi.ts"
import { type Exchange, judgeHttp } from "../../src/documents/traffic/judgeHttp.ts"
import { judgeStream } from "../../src/documents/traffic/judgeStream.ts"
import { routes } from "../../src/http/routes.ts"
import { byAjv } from "./byAjv.ts"

const asJson = (document: Json): Json => JSON.parse(JSON.stringify(document)) as Json
const http = judgeHttp(asJson(openApi(routes, defaultLimits)), byAjv)
const stream = judgeStream(asJson(asyncApi(defaultLimits)), byAjv)

const requestId = "req_5f1c2ab07c9e4d1f8a"
const headers = (more: Readonly<Record<string, string>> = {}): Headers =>
  new Headers({ "content-type": "application/json; charset=utf-8", "x-request-id": requestId, ...more })
const read: Exchange = {
  method: "GET",
  target: `/v1/conversations/${example.conversation}`,
  status: 200,
  headers: headers(),
  text: JSON.stringify(exampleConversation),
}
const refusal = (code: Parameters<typeof problem>[0], more: Readonly<Record<string, string>> = {}) => {
  const body = problem(code, { requestId })
  return {
    status: body.status,
    headers: headers({ "content-type": "application/problem+json", ...more }),
    text: JSON.stringify(body),
  }
}
const opened: Exchange = {
  ...read,
  method: "POST",
  target: "/v1/conversations",
  sent: JSON.stringify({ kind: "direct", user_id: "ben", of_a_later_version: 1 }),
}

describe("an exchange by HTTP", () => {
  it.each<[string, Exchange]>([
    ["an answer", read],
    ["an answer to HEAD", { ...read, method: "HEAD", text: "" }],
    ["a body with a field of a later version", opened],
    ["a query", { ...read, target: "/v1/conversations?limit=7", text: '{"items":[]}' }],
    ["a refusal", { ...read, ...refusal("not_found") }],
    ["a path that is not there", { ...read, target: "/v1/nothing", ...refusal("not_found") }],
    ["another method", { ...read, method: "PUT", ...refusal("method_not_allowed") }],
    [
      "a page",
      {
        ...read,
        target: "/docs",
        headers: headers({ "content-type": "text/html" }),
        text: "<!doctype html>",
      },
    ],
  ])("%s: as the document says", (_, exchange) => {
    expect(http(exchange)).toBeUndefined()
  })

  it.each<[string, Exchange, RegExp]>([
    [
      "a field too many",
      { ...read, text: JSON.stringify({ ...exampleConversation, secret: 1 }) },
      /additional/,
    ],
    [
      "a field too few",
      { ...read, text: JSON.stringify({ ...exampleConversation, role: undefined }) },
      /role/,
    ],
    [
      "a wrong type",
      { ...read, text: JSON.stringify({ ...exampleConversation, last_seq: "42" }) },
      /last_seq/,
    ],
    [
      "a wrong shape of an id",
      { ...read, text: JSON.stringify({ ...exampleConversation, id: "cnv_1" }) },
      /id/,
    ],
    ["another status", { ...read, status: 202 }, /status/],
    [
      "no request id",
      { ...read, headers: new Headers({ "content-type": "application/json" }) },
      /X-Request-Id/,
    ],
    ["another content type", { ...read, headers: headers({ "content-type": "text/plain" }) }, /content type/],
    ["a code that the route does not have", { ...read, ...refusal("idempotency_mismatch") }, /status/],
    ["a code under another's status", { ...read, ...refusal("gone"), status: 404 }, /code/],
    ["unavailable without Retry-After", { ...read, ...refusal("unavailable") }, /Retry-After/],
    [
      "a problem with more in it",
      {
        ...read,
        ...refusal("not_found"),
        text: JSON.stringify({ ...problem("not_found", { requestId }), stack: "at main" }),
      },
      /additional/,
    ],
    ["a route that no document names", { ...read, target: "/v1/secrets" }, /path/],
    ["a method that no document names", { ...read, method: "PUT" }, /method/],
    [
      "a body that should not have been taken",
      { ...opened, sent: JSON.stringify({ kind: "group" }) },
      /accepted/,
    ],
    [
      "a query that should not have been taken",
      { ...read, target: "/v1/conversations?limit=0", text: '{"items":[]}' },
      /accepted/,
    ],
  ])("%s: seen", (_, exchange, fault) => {
    expect(http(exchange)).toMatch(fault)
  })
})

const ack = { id: "evt_a_1", type: "ack", reply_to: "c-1", ts: example.time }
const sendAck = { message_id: example.message, seq: 1, ts: example.time, duplicate: false }
const sends = (payload: unknown = { text: "hi" }): string =>
  JSON.stringify({
    id: "c-1",
    type: "message.send",
    conversation_id: example.conversation,
    client_msg_id: "m1",
    payload,
  })
const spoken = {
  id: "evt_a1",
  type: "message.new",
  conversation_id: example.conversation,
  seq: 1,
  ts: example.time,
  payload: { message_id: example.message, sender_id: "ann", text: "hi", ordinal: 1 },
}
const refused = (code: Parameters<typeof problem>[0]) => ({
  ...ack,
  type: "error",
  payload: problem(code, { requestId }),
})

/** The faults of a connection on which these were sent, and then these came. */
const faults = (
  sent: ReadonlyArray<string>,
  came: ReadonlyArray<unknown>,
): ReadonlyArray<string | undefined> => {
  const judge = stream()
  for (const text of sent) judge.sent(text)
  return came.map((frame) => judge.received(JSON.stringify(frame)))
}

describe("a frame of the stream", () => {
  it("as the document says: an event, an ack of its frame, an error with one of its codes", () => {
    expect(faults([sends()], [spoken, { ...ack, payload: sendAck }])).toEqual([undefined, undefined])
    expect(faults([sends()], [refused("idempotency_mismatch")])).toEqual([undefined])
    const { reply_to: _, ...unasked } = refused("bad_request")
    expect(faults(["no JSON"], [unasked])).toEqual([undefined])
  })

  it.each<[string, ReadonlyArray<string>, unknown, RegExp]>([
    [
      "a field too many in the payload",
      [],
      { ...spoken, payload: { ...spoken.payload, body: "" } },
      /additional/,
    ],
    ["a field too many in the envelope", [], { ...spoken, trace: "" }, /additional/],
    ["a field too few", [], { ...spoken, seq: undefined }, /seq/],
    ["a type that no document names", [], { ...spoken, type: "message.sent" }, /does not name/],
    ["an ack of another frame's shape", [sends()], { ...ack, payload: { seq: 1 } }, /message_id/],
    ["an ack of nothing", [], { ...ack, payload: sendAck }, /answers nothing/],
    ["an error of nothing", [], refused("bad_request"), /answers nothing/],
    ["a code that the frame does not have", [sends()], refused("legal_hold"), /not answered with legal_hold/],
    [
      "a frame that should not have been taken",
      [sends({ text: 1 })],
      { ...ack, payload: sendAck },
      /accepted/,
    ],
  ])("%s: seen", (_, sent, came, fault) => {
    expect(faults(sent, [came])[0]).toMatch(fault)
  })

  it("a second answer to one frame: seen", () => {
    const [first, second] = faults(
      [sends()],
      [
        { ...ack, payload: sendAck },
        { ...ack, payload: sendAck },
      ],
    )
    expect([first, second]).toEqual([undefined, expect.stringContaining("answers nothing")])
  })
})
