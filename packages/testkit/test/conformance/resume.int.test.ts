import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { RawUser, type Whatever } from "../../src/raw/RawClient.ts"
import { startParley, type RunningParley } from "../../src/startParley.ts"

let parley: RunningParley
beforeAll(async () => {
  parley = await startParley({
    env: {
      PARLEY_LIMIT_MESSAGES_PER_SECOND: "100000",
      PARLEY_LIMIT_MESSAGES_BURST: "100000",
      PARLEY_LIMIT_CONVERSATION_MESSAGES_PER_SECOND: "100000",
      PARLEY_LIMIT_CONVERSATION_MESSAGES_BURST: "100000",
    },
  })
})
afterAll(() => parley.stop())

let people = 0
const person = (): Promise<RawUser> => RawUser.login(parley.url, `person-${people++}`)
const range = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i)

describe("resume", () => {
  it("brings every missed frame of several conversations, in order and once, after a kill of the server", async () => {
    const [ann, bob] = [await person(), await person()]
    const conversations = [
      (await ann.post("/v1/conversations", { kind: "direct", user_id: bob.userId })).body.id as string,
    ]
    for (let i = 0; i < 4; i++)
      conversations.push((await ann.post("/v1/groups", { name: `g${i}`, member_ids: [bob.userId] })).body.id)
    const bobs = await bob.live()
    const { cursor } = (await bobs.request("sync", {})).payload
    await bobs.close()
    const anns = await ann.live()
    for (let i = 0; i < 120; i++)
      for (const conversation of conversations) await anns.say(conversation, `m${i}`, `${i}`)
    await parley.kill9()
    await parley.restart()
    const again = await bob.connect()
    const ack = await again.request("sync", { cursor })
    expect(ack.payload).toMatchObject({ complete: true, conversations: conversations.length })
    for (const conversation of conversations)
      expect(again.of(conversation).map((frame) => frame.seq)).toEqual(range(1, 120))
    expect(again.frames.filter((frame) => frame.type === "sync.gap")).toEqual([])
    await again.close()
  })

  it("announces with sync.gap what lies before the newest 200", async () => {
    const [ann, bob] = [await person(), await person()]
    const { id } = (await ann.post("/v1/conversations", { kind: "direct", user_id: bob.userId })).body
    const bobs = await bob.live()
    const { cursor } = (await bobs.request("sync", {})).payload
    await bobs.close()
    const anns = await ann.live()
    for (let i = 0; i < 350; i++) await anns.say(id, `m${i}`, `${i}`)
    const again = await bob.live("phone", cursor)
    const gap = again.frames.find((frame) => frame.type === "sync.gap")!
    expect(gap.payload.to_seq).toBe(150)
    expect(again.of(id).map((frame) => frame.seq)).toEqual(range(151, 350))
    await again.close()
  })

  it("replays nothing with hello's own cursor, and goes on live", async () => {
    const [ann, bob] = [await person(), await person()]
    const { id } = (await ann.post("/v1/conversations", { kind: "direct", user_id: bob.userId })).body
    const anns = await ann.live()
    await anns.say(id, "m1", "before")
    const bobs = await bob.connect()
    const ack = await bobs.request("sync", { cursor: bobs.frames[0]!.payload.cursor })
    expect(ack.payload.complete).toBe(true)
    expect(bobs.of(id)).toEqual([])
    await anns.say(id, "m2", "after")
    await bobs.wait((frame) => frame.seq === 2)
    await bobs.close()
  })

  it("refuses a broken cursor and somebody else's", async () => {
    const [ann, bob] = [await person(), await person()]
    const [anns, bobs] = [await ann.connect(), await bob.connect()]
    for (const cursor of ["nonsense", "", bobs.frames[0]!.payload.cursor])
      expect(await anns.request("sync", { cursor })).toMatchObject({
        type: "error",
        payload: { code: "bad_request" },
      })
    await Promise.all([anns.close(), bobs.close()])
  })

  it("pages the history from the end to the first message and back", async () => {
    const [ann, bob] = [await person(), await person()]
    const { id } = (await ann.post("/v1/conversations", { kind: "direct", user_id: bob.userId })).body
    const anns = await ann.live()
    for (let i = 1; i <= 130; i++) await anns.say(id, `m${i}`, `${i}`)
    expect((await bob.history(id, 50)).map((message) => message.text)).toEqual(range(1, 130).map(String))
    const after = (await bob.get(`/v1/conversations/${id}/messages?after=0&limit=40`)).body
    expect(after.items.map((message: Whatever) => message.seq)).toEqual(range(1, 40))
    const around = (await bob.get(`/v1/conversations/${id}/messages?around=65&limit=11`)).body
    expect(around.items.map((message: Whatever) => message.seq)).toContain(65)
    expect(around.items).toHaveLength(11)
  })
})
