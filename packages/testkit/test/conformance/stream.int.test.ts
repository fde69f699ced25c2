import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { RawUser } from "../../src/raw/RawClient.ts"
import { startParley, type RunningParley } from "../../src/startParley.ts"

let parley: RunningParley
beforeAll(async () => {
  parley = await startParley()
})
afterAll(() => parley.stop())

let people = 0
const person = (): Promise<RawUser> => RawUser.login(parley.url, `person-${people++}`)
const direct = async (a: RawUser, b: RawUser): Promise<string> =>
  (await a.post("/v1/conversations", { kind: "direct", user_id: b.userId })).body.id

describe("the stream, as the protocol page tells it", () => {
  it("greets with hello and its limits, and sends nothing with a seq before the first sync", async () => {
    const [ann, bob] = [await person(), await person()]
    const conversation = await direct(ann, bob)
    const bobs = await bob.connect()
    const anns = await ann.live()
    await anns.say(conversation, "m1", "hello")
    const { payload, type } = bobs.frames[0]!
    expect(type).toBe("hello")
    expect(payload).toMatchObject({
      user_id: bob.userId,
      device_id: "phone",
      heartbeat_ms: 25_000,
      limits: { text_chars: 16_000, frame_bytes: 262_144, messages_per_second: 10 },
    })
    for (const field of ["session_id", "cursor", "epoch", "server_time"])
      expect(payload[field]).toEqual(expect.any(String))
    await bobs.request("sync", {})
    const first = bobs.frames.findIndex((frame) => frame.seq !== undefined)
    const gap = bobs.frames.findIndex((frame) => frame.type === "sync.gap")
    expect(first).toBeGreaterThan(0)
    expect(gap === -1 || gap < first).toBe(true)
    await Promise.all([anns.close(), bobs.close()])
  })

  it("acknowledges a send and delivers it to every device of every member, with one event id", async () => {
    const [ann, bob] = [await person(), await person()]
    const conversation = await direct(ann, bob)
    const [phone, laptop, bobs] = [await ann.live("phone"), await ann.live("laptop"), await bob.live()]
    const ack = await phone.say(conversation, "m1", "hello")
    expect(ack).toMatchObject({ type: "ack", payload: { seq: 1, duplicate: false } })
    expect(ack.payload.message_id).toMatch(/^msg_[0-9a-hjkmnp-tv-z]{26}$/)
    const got = await Promise.all(
      [phone, laptop, bobs].map((socket) => socket.wait((frame) => frame.type === "message.new")),
    )
    for (const frame of got)
      expect(frame).toMatchObject({
        conversation_id: conversation,
        seq: 1,
        id: got[0]!.id,
        ts: ack.payload.ts,
        payload: {
          message_id: ack.payload.message_id,
          sender_id: ann.userId,
          text: "hello",
          ordinal: 1,
        },
      })
    expect(got.map((frame) => frame.client_msg_id)).toEqual(["m1", "m1", undefined])
    await Promise.all([phone, laptop, bobs].map((socket) => socket.close()))
  })

  it("answers a repeat with the first ack, by stream and HTTP, after a kill as well, and another body with a mismatch", async () => {
    const [ann, bob] = [await person(), await person()]
    const conversation = await direct(ann, bob)
    const first = await (await ann.live()).say(conversation, "m1", "hello")
    await parley.kill9()
    await parley.restart()
    const again = await ann.live("other")
    const repeat = await again.say(conversation, "m1", "hello")
    expect(repeat.payload).toEqual({ ...first.payload, duplicate: true })
    const body = { conversation_id: conversation, client_msg_id: "m1" }
    const http = await ann.post("/v1/messages", { ...body, text: "hello" })
    expect([http.status, http.body]).toEqual([200, { ...first.payload, duplicate: true }])
    const mismatch = await again.say(conversation, "m1", "good bye")
    expect(mismatch).toMatchObject({ type: "error", payload: { code: "idempotency_mismatch", status: 409 } })
    expect((await ann.post("/v1/messages", { ...body, text: "good bye" })).body.code).toBe(
      "idempotency_mismatch",
    )
    expect(await bob.history(conversation)).toHaveLength(1)
    await again.close()
  })

  it("decides the sends of one connection to one conversation in the order in which they arrived", async () => {
    const [ann, bob] = [await person(), await person()]
    const conversation = await direct(ann, bob)
    const anns = await ann.live()
    const ids = Array.from({ length: 25 }, (_, i) =>
      anns.send("message.send", { text: `${i}` }, { conversation_id: conversation, client_msg_id: `m${i}` }),
    )
    const acks = await Promise.all(ids.map((id) => anns.wait((frame) => frame.reply_to === id)))
    expect(acks.map((ack) => ack.payload.seq)).toEqual(ids.map((_, i) => i + 1))
    await anns.close()
  })

  it("replaces an older connection of the same device with 4511 and closes the twenty-first with 4504", async () => {
    const ann = await person()
    const old = await ann.live("phone")
    const fresh = await ann.live("phone")
    expect((await old.closed).code).toBe(4511)
    const others = await Promise.all(Array.from({ length: 19 }, (_, i) => ann.live(`device-${i}`)))
    const { token, url } = await ann.streamToken("one-too-many")
    const { WebSocket } = await import("ws")
    const extra = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
    const code = await new Promise((resolve) => extra.once("close", resolve))
    expect(code).toBe(4504)
    await Promise.all([fresh, ...others].map((socket) => socket.close()))
  })

  it("answers every other client frame once, and typing and pings not at all", async () => {
    const ann = await person()
    const anns = await ann.live()
    anns.send("presence.ping", { status: "online" }, { id: "ping" })
    expect(await anns.request("no.such.frame", {})).toMatchObject({ payload: { code: "bad_request" } })
    expect(await anns.request("message.edit", { message_id: "x", text: "y" })).toMatchObject({
      type: "error",
    })
    expect(anns.frames.filter((frame) => frame.reply_to === "ping")).toEqual([])
    await anns.close()
  })
})
