/** The rules of `sync` (protocol, sections 4 and 7), one by one. */
import { describe, expect, it } from "vitest"
import { receive } from "../../src/stream/receive.ts"
import type { Session } from "../../src/stream/Session.ts"
import { settle } from "./TestWire.ts"
import { cnv } from "./TestLog.ts"
import { World } from "./World.ts"

const sync = async (session: Session, payload: object): Promise<void> => {
  receive(session, Buffer.from(JSON.stringify({ id: "s", type: "sync", payload })), false)
  await settle()
}

const cursorAt = (world: World, user: string): string =>
  world.context.cursors.seal(user, { epoch: world.context.epoch, position: world.position })

const [A, B] = [cnv(1), cnv(2)]

describe("sync", () => {
  it("sends no frame with a seq before it, and hello first", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const { wire } = world.connect("bob")
    world.say(A)
    world.add(B, "bob")
    await settle()
    expect(wire.story()).toEqual(["hello"])
  })

  it("with hello's own cursor replays nothing and goes on live", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    world.say(A)
    const { session, wire, hello } = world.connect("bob")
    await sync(session, { cursor: hello })
    world.say(A)
    await settle()
    expect(wire.story()).toEqual(["hello", "ack", "message.new 2"])
    expect(wire.frames[1]!.payload).toMatchObject({ conversations: 0, complete: true })
  })

  it("with a cursor replays what is newer, newest conversation first, then lives", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    world.found(B, "ann", "bob")
    const cursor = cursorAt(world, "bob")
    world.say(B)
    world.say(B)
    world.say(A)
    const { session, wire } = world.connect("bob")
    await sync(session, { cursor, known: { [A]: 0, [B]: 1 } })
    expect(wire.frames.slice(1).map((frame) => [frame.type, frame.conversation_id, frame.seq])).toEqual([
      ["message.new", A, 1],
      ["message.new", B, 2],
      ["ack", undefined, undefined],
    ])
    expect(wire.frames.at(-1)!.payload["conversations"]).toBe(2)
  })

  it("announces by inbox.added what known does not name", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const cursor = cursorAt(world, "bob")
    world.say(A)
    const { session, wire } = world.connect("bob")
    await sync(session, { cursor })
    expect(wire.story(1)).toEqual(["inbox.added", "message.new 1", "ack"])
    expect(wire.frames[1]!.payload).toMatchObject({ id: A, role: "member", can_send: true })
  })

  it("replays at most 200 events of a conversation, after a sync.gap", async () => {
    const world = new World({ ringBytes: 0 })
    world.found(A, "ann", "bob")
    const cursor = cursorAt(world, "bob")
    for (let i = 0; i < 250; i++) world.say(A)
    const { session, wire } = world.connect("bob")
    await sync(session, { cursor, known: { [A]: 0 } })
    const story = wire.story(1)
    expect(story[0]).toBe("sync.gap 50")
    expect(story.slice(1, -1)).toEqual(Array.from({ length: 200 }, (_, i) => `message.new ${51 + i}`))
    expect(story.at(-1)).toBe("ack")
  })

  it("replays exactly 200 newer events without a gap", async () => {
    const world = new World({ ringBytes: 0 })
    world.found(A, "ann", "bob")
    const cursor = cursorAt(world, "bob")
    for (let i = 0; i < 200; i++) world.say(A)
    const { session, wire } = world.connect("bob")
    await sync(session, { cursor, known: { [A]: 0 } })
    expect(wire.story(1)[0]).toBe("message.new 1")
    expect(wire.frames.length).toBe(1 + 200 + 1)
  })

  it("replays at most 5,000 events in all: older conversations get a gap to their head", async () => {
    const world = new World({ ringBytes: 0 })
    const conversations = Array.from({ length: 27 }, (_, i) => cnv(i + 1))
    for (const id of conversations) world.found(id, "ann", "bob")
    const cursor = cursorAt(world, "bob")
    for (const id of conversations) for (let i = 0; i < 200; i++) world.say(id)
    const { session, wire } = world.connect("bob")
    await sync(session, { cursor, known: Object.fromEntries(conversations.map((id) => [id, 0])) })
    for (let i = 0; i < 40; i++) await settle()
    expect(wire.frames.filter((frame) => frame.seq !== undefined)).toHaveLength(5_000)
    const oldest = wire.frames.filter((frame) => frame.conversation_id === conversations[0])
    expect(oldest.map((frame) => frame.payload)).toEqual([{ to_seq: 200 }])
    world.say(conversations[0]!)
    await settle()
    expect(wire.story().at(-1)).toBe("message.new 201")
  })

  it("without a cursor replays the 20 newest conversations from their 20th last message, the others live", async () => {
    const world = new World({ ringBytes: 0 })
    const conversations = Array.from({ length: 22 }, (_, i) => cnv(i + 1))
    for (const id of conversations) {
      world.found(id, "ann", "bob")
      for (let i = 0; i < 25; i++) world.say(id)
    }
    const { session, wire } = world.connect("bob")
    await sync(session, {})
    for (let i = 0; i < 20; i++) await settle()
    const replayed = new Set(wire.frames.flatMap((frame) => frame.conversation_id ?? []))
    expect(replayed).toEqual(new Set(conversations.slice(2)))
    expect(wire.story(1).slice(0, 3)).toEqual(["inbox.added", "sync.gap 5", "message.new 6"])
    const [before] = [wire.frames.length]
    world.say(conversations[0]!)
    await settle()
    expect(wire.story(before)).toEqual(["message.new 26"])
  })

  it("tells what was lost: the own removal last, then inbox.removed", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const cursor = cursorAt(world, "bob")
    world.say(A)
    world.remove(A, "bob")
    world.say(A)
    const { session, wire } = world.connect("bob")
    await sync(session, { cursor, known: { [A]: 0 } })
    world.say(A)
    await settle()
    expect(wire.story(1)).toEqual(["message.new 1", "member.removed 2", "inbox.removed", "ack"])
  })

  it("starts what was joined while away at the own member.added", async () => {
    const world = new World()
    world.found(A, "ann")
    const cursor = cursorAt(world, "bob")
    world.say(A)
    world.add(A, "bob")
    world.say(A)
    const { session, wire } = world.connect("bob")
    await sync(session, { cursor })
    expect(wire.story(1)).toEqual(["inbox.added", "sync.gap 1", "member.added 2", "message.new 3", "ack"])
  })

  it("starts anew where he was removed and joined again while away", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const cursor = cursorAt(world, "bob")
    world.remove(A, "bob")
    world.say(A)
    world.add(A, "bob")
    world.say(A)
    const { session, wire } = world.connect("bob")
    await sync(session, { cursor, known: { [A]: 0 } })
    expect(wire.story(1)).toEqual(["inbox.added", "sync.gap 2", "member.added 3", "message.new 4", "ack"])
  })

  it("refuses a cursor of another user, of another epoch, and no cursor at all", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const { session, wire } = world.connect("bob")
    await sync(session, { cursor: cursorAt(world, "ann") })
    await sync(session, { cursor: "nonsense" })
    await sync(session, { cursor: world.context.cursors.seal("bob", { epoch: "other", position: 0 }) })
    await sync(session, { cursor: world.context.cursors.seal("bob", { epoch: "epoch-1", position: 99 }) })
    world.say(A)
    await settle()
    expect(wire.story(1)).toEqual(["error bad_request", "error bad_request", "error gone", "error gone"])
  })

  it("answers unavailable when the log does not answer, and works when tried again", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const { session, wire } = world.connect("bob")
    world.failing = true
    await sync(session, {})
    expect(wire.story(1)).toEqual(["error unavailable"])
    expect(wire.frames[1]!.payload).toMatchObject({ retryable: true })
    world.failing = false
    await sync(session, {})
    expect(wire.story(2)).toEqual(["inbox.added", "conversation.created 0", "ack"])
  })

  it("that fails after frames with a seq closes 4002: begun anew they would come behind newer ones; the next connection gets all", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    world.found(B, "ann", "bob")
    const cursor = cursorAt(world, "bob")
    world.say(A)
    world.remove(A, "bob")
    world.fails = (at) => at === "moved"
    const { session, wire } = world.connect("bob")
    // Of the conversation that it was told to forget a client names nothing when it asks again.
    await sync(session, { cursor, known: { [A]: 0, [B]: 0 } })
    await sync(session, { cursor, known: { [B]: 0 } })
    const left = ["message.new 1", "member.removed 2", "inbox.removed"]
    expect(wire.story(1)).toEqual(left)
    expect(wire.closed).toBe(4002)
    world.fails = () => false
    const next = world.connect("bob")
    await sync(next.session, { cursor, known: { [B]: 0 } })
    expect(next.wire.story(1)).toEqual([...left, "ack"])
  })

  it("that fails before any is refused, and the connection stays", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    world.fails = (at) => at === "of"
    const { session, wire, hello } = world.connect("bob")
    await sync(session, { cursor: hello })
    expect(wire.story(1)).toEqual(["error unavailable"])
    world.fails = () => false
    await sync(session, { cursor: hello })
    world.say(A)
    await settle()
    expect(wire.story(2)).toEqual(["ack", "message.new 1"])
    expect(wire.closed).toBeUndefined()
  })

  it("can be asked for twice on one connection", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    const { session, wire, hello } = world.connect("bob")
    await sync(session, { cursor: hello })
    world.say(A)
    await sync(session, { cursor: hello, known: { [A]: 0 } })
    world.say(A)
    await settle()
    expect(wire.story(1)).toEqual(["ack", "message.new 1", "message.new 1", "ack", "message.new 2"])
  })

  it("acknowledges with a cursor that covers what was replayed", async () => {
    const world = new World()
    world.found(A, "ann", "bob")
    world.say(A)
    const first = world.connect("bob")
    await sync(first.session, {})
    const { cursor } = first.wire.frames.at(-1)!.payload
    const second = world.connect("bob", "laptop")
    await sync(second.session, { cursor })
    expect(second.wire.story(1)).toEqual(["ack"])
  })
})
