/** What a started server tells about itself: traces, metrics, logs, and what never stands in any of them. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { FakeWebPush } from "../src/push/FakeWebPush.ts"
import { type Answer, call, RawUser } from "../src/raw/RawClient.ts"
import { type RunningParley, startParley } from "../src/startParley.ts"
import { type ExportedSpan, OtlpReceiver } from "../src/telemetry/OtlpReceiver.ts"

/** Stands in every place for words, and in every secret. */
const word = "canary7f3a"
const patience = { timeout: 30_000, interval: 50 }

let parley: RunningParley
let collector: OtlpReceiver
let service: FakeWebPush
beforeAll(async () => {
  ;[collector, service] = await Promise.all([OtlpReceiver.start(), FakeWebPush.start()])
  parley = await startParley({
    env: {
      ...collector.env,
      PARLEY_WEBPUSH_PRIVATE_ENDPOINTS: "true",
      PARLEY_REGION: "test-1",
      PARLEY_LOG_FORMAT: "json",
      PARLEY_LOG_LEVEL: "debug",
      PARLEY_JWT_SECRET: `${word} of the access tokens, long enough`,
      PARLEY_STREAM_SECRET: `${word} of the stream tokens, long enough`,
      OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${word}`,
    },
  })
})
afterAll(async () => {
  await parley.stop()
  await Promise.all([collector.close(), service.close()])
})

const bodyOf = async (answer: Promise<Answer>) => {
  const { status, body } = await answer
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}

const metrics = async (): Promise<string> => (await fetch(`${parley.opsUrl}/metrics`)).text()

/** Somebody whose only device is away and takes pushes. */
const away = async (name: string) => {
  const user = await RawUser.login(parley.url, name)
  const { vapid_public_key } = await bodyOf(user.get("/v1/push/config"))
  const subscription = service.subscribe(vapid_public_key, name)
  const push = { provider: "webpush", subscription }
  await bodyOf(call(user.base, "PUT", "/v1/devices/tab", user.token, { platform: "web", push }))
  return { user, subscription }
}

const parentOf = (span: ExportedSpan, among: ReadonlyArray<ExportedSpan>): string | undefined =>
  among.find(({ spanId }) => spanId === span.parentSpanId)?.name ?? span.parentSpanId

describe("a server that exports traces", () => {
  it("makes one trace of a message, from the client's own span to its push", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c"
    const clientSpan = "b7ad6b7169203331"
    const [{ user: ann }, bob] = [await away("ann"), await RawUser.login(parley.url, "bob")]
    const { id } = await bodyOf(bob.post("/v1/conversations", { kind: "direct", user_id: "ann" }))
    const [annOnline, bobOnline] = [await ann.live("phone"), await bob.live("phone")]
    const frame = bobOnline.send(
      "message.send",
      { text: "Soup" },
      {
        conversation_id: id,
        client_msg_id: "m1",
        ...{ traceparent: `00-${traceId}-${clientSpan}-01` },
      },
    )
    const { payload } = await bobOnline.wait(({ reply_to }) => reply_to === frame)
    await annOnline.wait(({ seq }) => seq === payload.seq)
    await Promise.all([annOnline.close(), bobOnline.close()])
    const names = () =>
      collector
        .ofTrace(traceId)
        .map(({ name }) => name)
        .filter((name) => name !== "projection.apply")
        .sort()
    await expect
      .poll(names, patience)
      .toEqual([
        "broker.publish",
        "entity.command",
        "hub.deliver",
        "push.decide",
        "push.send",
        "store.append",
        "stream.request",
      ])
    const spans = collector.ofTrace(traceId)
    const parents = Object.fromEntries(spans.map((span) => [span.name, parentOf(span, spans)]))
    expect(parents).toEqual({
      "stream.request": clientSpan,
      "entity.command": "stream.request",
      "store.append": "entity.command",
      "broker.publish": "stream.request",
      "hub.deliver": "broker.publish",
      "projection.apply": "stream.request",
      "push.decide": "stream.request",
      "push.send": "push.decide",
    })
    expect(
      spans.filter(({ startTimeUnixNano: from, endTimeUnixNano: to }) => BigInt(from) > BigInt(to)),
    ).toEqual([])
    expect(collector.resources[0]).toContainEqual({ key: "cloud.region", value: { stringValue: "test-1" } })
    expect(collector.resources[0]).toContainEqual({ key: "service.name", value: { stringValue: "parley" } })
  })

  it("names an HTTP request by its route, in the trace that the caller began; what he does not want traced is not", async () => {
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736"
    const cyd = await RawUser.login(parley.url, "cyd")
    const { id } = await bodyOf(cyd.post("/v1/conversations", { kind: "direct", user_id: "bob" }))
    const send = (client_msg_id: string, traceparent: string) =>
      bodyOf(cyd.post("/v1/messages", { conversation_id: id, client_msg_id, text: "Stew" }, { traceparent }))
    await send("m1", `00-5bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00`)
    await send("m2", `00-${traceId}-00f067aa0ba902b7-01`)
    await expect
      .poll(() => collector.ofTrace(traceId).map(({ name }) => name), patience)
      .toEqual(expect.arrayContaining(["http.request", "entity.command", "store.append", "broker.publish"]))
    const request = collector.ofTrace(traceId).find(({ name }) => name === "http.request")
    expect(request?.attributes).toContainEqual({ key: "http.route", value: { stringValue: "/v1/messages" } })
    expect(request?.attributes).toContainEqual({
      key: "http.response.status_code",
      value: { intValue: 201 },
    })
    expect(collector.ofTrace("5bf92f3577b34da6a3ce929d0e0e4736")).toEqual([])
  })
})

describe("a canary", () => {
  it("that is written into every place for words, names, keys and tokens stands in no log, metric or span", async () => {
    const { user: dan, subscription } = await away("dan")
    const eve = await RawUser.login(parley.url, "eve")
    await bodyOf(call(dan.base, "PUT", "/v1/users/me", dan.token, { name: `${word}-name` }))
    const { id } = await bodyOf(
      eve.post("/v1/groups", {
        name: `${word}-group`,
        topic: `${word}-topic`,
        metadata: { [`${word}-key`]: `${word}-value` },
        member_ids: ["dan"],
      }),
    )
    const socket = await eve.live("phone")
    const sent = await socket.say(id, "c1", `${word}-text`)
    await socket.request(
      "message.edit",
      { message_id: sent.payload.message_id, text: `${word}-edited` },
      { conversation_id: id },
    )
    await bodyOf(eve.post("/v1/messages", { conversation_id: id, client_msg_id: "c2", text: `${word}-http` }))
    // What is refused says why, without repeating it.
    socket.sendText(`{"id":"x","type":"${word}-type","payload":"${word}"}`)
    socket.sendText(`{"${word}`)
    await eve.post("/v1/messages", { conversation_id: id, client_msg_id: "c2", text: `${word}-other` })
    await eve.post("/v1/messages", `{"${word}`)
    await eve.post(`/v1/${word}-route?${word}=${word}`, {})
    await call(eve.base, "GET", "/v1/conversations", `${word}-token`)
    await call(eve.base, "POST", "/v1/dev/login", undefined, { user_id: `${word} password` })
    const { token: unused } = await eve.streamToken("other")
    await service.until((pushed) =>
      pushed.some(({ text }) => text.includes(`${word}-text`) || text.includes(word)),
    )
    await socket.close()
    await expect.poll(() => collector.text.includes(id), patience).toBe(true)

    // They are looked at where there is something to see.
    expect(parley.output()).toContain('"message":"serving"')
    expect(await metrics()).toContain('parley_commands_total{region="test-1",path="stream",outcome="done"}')
    const places = { log: parley.output(), metrics: await metrics(), spans: collector.text }
    for (const secret of [word, eve.token, dan.token, unused, subscription.endpoint, subscription.keys.auth])
      for (const [place, text] of Object.entries(places))
        expect([place, text.includes(secret)]).toEqual([place, false])
    for (const user of ["dan", "eve"])
      for (const place of ["metrics", "spans"] as const)
        expect([place, places[place].includes(`"${user}"`)]).toEqual([place, false])
  })
})
