/** What clients send: each frame its one answer, or the close that the protocol names. */
import { describe, expect, it } from "vitest"
import { receive } from "../../src/stream/receive.ts"
import { cnv } from "./TestLog.ts"
import { settle } from "./TestWire.ts"
import { World } from "./World.ts"

const A = cnv(1)
const send = (extra: object = {}) => ({
  id: "c-1",
  type: "message.send",
  conversation_id: A,
  client_msg_id: "k-1",
  payload: { text: "hello" },
  ...extra,
})

const connected = () => {
  const world = new World()
  world.found(A, "ann", "bob")
  const { session, wire } = world.connect("bob")
  const give = async (data: string | object, binary = false): Promise<ReadonlyArray<string>> => {
    const before = wire.frames.length
    receive(session, Buffer.from(typeof data === "string" ? data : JSON.stringify(data)), binary)
    await settle()
    return wire.story(before).filter((one) => one !== "hello")
  }
  return { world, session, wire, give }
}

describe("message.send", () => {
  it("is answered by the ack of its conversation, before any sync too", async () => {
    const { give, wire } = connected()
    expect(await give(send())).toEqual(["ack"])
    expect(wire.frames.at(-1)).toMatchObject({ reply_to: "c-1", conversation_id: A, client_msg_id: "k-1" })
    expect(wire.frames.at(-1)!.payload).toMatchObject({ seq: 7, duplicate: false })
  })

  it("reaches the conversation in the order of arrival, without waiting for answers", async () => {
    const { session, world } = connected()
    const keys = Array.from({ length: 100 }, (_, i) => `k-${i}`)
    for (const key of keys) receive(session, Buffer.from(JSON.stringify(send({ client_msg_id: key }))), false)
    expect(world.asked.map((one) => one.clientMsgId)).toEqual(keys)
    await settle()
  })

  it("over the limit is answered rate_limited with the time to wait", async () => {
    const { give, wire, world } = connected()
    Object.assign(world.context.limiter, { takeMessage: () => ({ ok: false, retryAfterMs: 250 }) })
    expect(await give(send())).toEqual(["error rate_limited"])
    expect(wire.frames.at(-1)!.payload).toMatchObject({ retry_after_ms: 250, retryable: true, status: 429 })
    expect(world.asked).toEqual([])
  })

  it("that the conversation cannot answer is unavailable", async () => {
    const { give, world } = connected()
    world.failing = true
    expect(await give(send())).toEqual(["error unavailable"])
  })

  it("stops the reading of a client with 256 unanswered frames until they are answered", async () => {
    const { session, wire, world } = connected()
    let answer = (): void => {}
    const answered = new Promise<void>((resolve) => (answer = resolve))
    world.gate = () => answered
    for (let i = 0; i < 256; i++) receive(session, Buffer.from(JSON.stringify(send())), false)
    expect(wire.paused).toBe(true)
    answer()
    await settle()
    expect(wire.paused).toBe(false)
    expect(wire.frames.filter((frame) => frame.type === "ack")).toHaveLength(256)
  })
})

describe("what is refused", () => {
  it.each([
    ["an unknown type", { id: "c-1", type: "nonsense", payload: {} }, "error bad_request"],
    ["a watch of nobody", { id: "c-1", type: "presence.watch", payload: {} }, "error bad_request"],
    ["a missing field", { id: "c-1", type: "message.send", payload: {} }, "error bad_request"],
    ["a negative seq", { id: "c-1", type: "sync", payload: { known: { [A]: -1 } } }, "error bad_request"],
    ["NUL", send({ payload: { text: "a\0b" } }), "error bad_request"],
    ["a lone surrogate", send({ payload: { text: "a\ud800" } }), "error bad_request"],
    ["a message that says nothing", send({ payload: {} }), "error bad_request"],
  ])("%s gets one error that names the frame, and does not count as malformed", async (_, frame, story) => {
    const { give, session, wire } = connected()
    for (let i = 0; i < 5; i++) expect(await give(frame)).toEqual([story])
    expect(wire.frames.at(-1)!.reply_to).toBe("c-1")
    expect(session.closed).toBe(false)
  })

  it("50,000 deep JSON gets an error that names the frame", async () => {
    const { give, wire } = connected()
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`
    const frame = `{"id":"c-1","type":"message.send","payload":{"metadata":{"a":${deep}}}}`
    expect(await give(frame)).toEqual(["error bad_request"])
    expect(wire.frames.at(-1)!.reply_to).toBe("c-1")
  })

  it("__proto__ is data like any other key", async () => {
    const { give } = connected()
    const frame = JSON.stringify(send()).replace(
      '"text":"hello"',
      '"text":"hello","metadata":{"__proto__":{"a":1}}',
    )
    expect(await give(frame)).toEqual(["ack"])
    expect(({} as { a?: unknown }).a).toBeUndefined()
  })

  it("typing and presence.ping are never answered", async () => {
    const { give } = connected()
    expect(await give({ id: "c-1", type: "typing", payload: {} })).toEqual([])
    expect(await give({ id: "c-2", type: "presence.ping", payload: { status: "\0" } })).toEqual([])
  })
})

describe("malformed frames", () => {
  it.each([
    ["no JSON", "nonsense"],
    ["no object", "[1]"],
    ["no id", JSON.stringify({ type: "typing" })],
    ["no type", JSON.stringify({ id: "c-1" })],
  ])("%s: an error each, and 4501 at the fourth within 10 s", async (_, data) => {
    const { give, wire } = connected()
    for (let i = 0; i < 3; i++) expect(await give(data)).toEqual(["error bad_request"])
    expect(wire.closed).toBeUndefined()
    await give(data)
    expect(wire.closed).toBe(4501)
  })

  it("more than 10 s apart do not add up", async () => {
    const { give, wire, world } = connected()
    for (let i = 0; i < 12; i++) {
      await give("nonsense")
      world.now += 4_000
    }
    expect(wire.closed).toBeUndefined()
  })

  it("binary frames count, and a frame over frame_bytes closes 4513", async () => {
    const { give, wire } = connected()
    expect(await give(send(), true)).toEqual(["error bad_request"])
    expect(wire.frames.at(-1)!.reply_to).toBeUndefined()
    await give(`"${"x".repeat(262_144)}"`)
    expect(wire.closed).toBe(4513)
  })
})
