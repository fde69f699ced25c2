import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { RawUser } from "../../src/raw/RawClient.ts"
import { type RunningParley, startParley } from "../../src/startParley.ts"

let parley: RunningParley
beforeAll(async () => {
  parley = await startParley()
})
afterAll(() => parley.stop())

let people = 0
const person = (): Promise<RawUser> => RawUser.login(parley.url, `person-${people++}`)
const group = async (owner: RawUser, ...members: ReadonlyArray<RawUser>): Promise<string> => {
  const member_ids = members.map((member) => member.userId)
  return (await owner.post("/v1/groups", { name: "The group", topic: "a topic", member_ids })).body.id
}

describe("members", () => {
  it("a founder sees the group with his role; a stranger does not know that it exists", async () => {
    const [ann, bob, eve] = [await person(), await person(), await person()]
    const id = await group(ann, bob)
    const shown = { id, kind: "group", name: "The group", topic: "a topic", member_count: 2, last_seq: 0 }
    expect((await ann.get(`/v1/groups/${id}`)).body).toMatchObject({
      ...shown,
      role: "owner",
      can_send: true,
    })
    expect((await bob.get(`/v1/conversations/${id}`)).body).toMatchObject({ ...shown, role: "member" })
    const absent = "cnv_00000000000000000000000000"
    for (const path of ["", "/messages"])
      for (const which of [id, absent]) {
        const { status, body } = await eve.get(`/v1/conversations/${which}${path}`)
        expect([status, body.code, body.detail]).toEqual([404, "not_found", "There is no such conversation."])
      }
    expect((await eve.get(`/v1/groups/${id}/members`)).status).toBe(404)
    expect((await eve.post(`/v1/groups/${id}/members`, { add: [{ user_id: eve.userId }] })).status).toBe(404)
  })

  it("somebody added while connected gets inbox.added, then everything from his own member.added on", async () => {
    const [ann, bob, cid] = [await person(), await person(), await person()]
    const id = await group(ann, bob)
    const anns = await ann.live()
    await anns.say(id, "m1", "before")
    const cids = await cid.live()
    const { body } = await ann.post(`/v1/groups/${id}/members`, { add: [{ user_id: cid.userId }] })
    expect(body).toEqual({ added: [cid.userId], removed: [], seq: 2 })
    await anns.say(id, "m2", "after")
    await cids.wait((frame) => frame.seq === 3)
    const types = cids.frames.filter((frame) => frame.conversation_id === id).map((frame) => frame.type)
    // The gap says that what was before him is read by history.
    expect(types).toEqual(["inbox.added", "sync.gap", "member.added", "message.new"])
    expect(cids.frames.find((frame) => frame.type === "inbox.added")!.payload).toMatchObject({
      id,
      name: "The group",
      role: "member",
      can_send: true,
    })
    const added = await anns.wait((frame) => frame.type === "member.added")
    expect(added.payload).toEqual({
      members: [{ user_id: cid.userId, role: "member" }],
      actor_id: ann.userId,
      member_count: 3,
    })
    // History from the start is his as well.
    expect((await cid.history(id)).map((message) => message.text)).toEqual(["before", "after"])
    await Promise.all([anns.close(), cids.close()])
  })

  it("somebody removed gets member.removed as his last frame, then inbox.removed, and nothing afterwards", async () => {
    const [ann, bob] = [await person(), await person()]
    const id = await group(ann, bob)
    const [anns, bobs] = [await ann.live(), await bob.live()]
    await anns.say(id, "m1", "hello")
    const { status, body } = await ann.post(`/v1/groups/${id}/members`, { remove: [bob.userId] })
    expect([status, body]).toEqual([200, { added: [], removed: [bob.userId], seq: 2 }])
    // By requests made after the acknowledgement.
    for (const path of [
      `/v1/conversations/${id}`,
      `/v1/conversations/${id}/messages`,
      `/v1/groups/${id}/members`,
    ])
      expect((await bob.get(path)).status).toBe(404)
    expect((await bob.get("/v1/conversations")).body.items).toEqual([])
    await anns.say(id, "m2", "without bob")
    await bobs.wait((frame) => frame.type === "inbox.removed")
    const own = bobs.frames.filter((frame) => frame.conversation_id === id)
    expect(own.slice(-2).map((frame) => frame.type)).toEqual(["member.removed", "inbox.removed"])
    expect(bobs.of(id).every((frame) => frame.seq! <= 2)).toBe(true)
    await Promise.all([anns.close(), bobs.close()])
  })

  it("what happened while away comes with the sync: added, removed, added again", async () => {
    const [ann, bob, cid] = [await person(), await person(), await person()]
    const id = await group(ann, bob)
    const bobs = await bob.live()
    const { cursor } = (await bobs.request("sync", {})).payload
    await bobs.close()
    const cids = await cid.live()
    const cidsCursor = (await cids.request("sync", {})).payload.cursor
    await cids.close()
    const members = (body: unknown) => ann.post(`/v1/groups/${id}/members`, body)
    await members({ remove: [bob.userId], add: [{ user_id: cid.userId }] })
    const removed = await bob.live("phone", cursor)
    expect(
      removed.frames.filter((frame) => frame.conversation_id === id).map((frame) => frame.type),
    ).toContain("inbox.removed")
    expect(removed.of(id).at(-1)!.type).toBe("member.removed")
    await removed.close()
    const added = await cid.live("phone", cidsCursor)
    const types = added.frames.filter((frame) => frame.conversation_id === id).map((frame) => frame.type)
    expect(types.slice(0, 2)).toEqual(["inbox.added", expect.stringMatching(/^member\.added|sync\.gap$/)])
    expect(added.of(id)[0]!.type).toBe("member.added")
    await added.close()
    await members({ add: [{ user_id: bob.userId }] })
    const again = await bob.live("phone", cursor)
    expect(again.frames.some((frame) => frame.type === "inbox.added")).toBe(true)
    expect(again.of(id).at(-1)).toMatchObject({ type: "member.added" })
    expect(again.of(id)[0]!.seq).toBe(again.of(id).at(-1)!.seq)
    await again.close()
  })

  it("members add nobody, admins no admins; anybody may leave, and the last owner hands the group on", async () => {
    const [ann, bob, cid] = [await person(), await person(), await person()]
    const id = await group(ann, bob)
    const change = (who: RawUser, body: unknown) => who.post(`/v1/groups/${id}/members`, body)
    expect((await change(bob, { add: [{ user_id: cid.userId }] })).body.code).toBe("forbidden")
    expect((await change(bob, { remove: [ann.userId] })).body.code).toBe("forbidden")
    expect((await change(ann, { add: [{ user_id: bob.userId }] })).body).toEqual({
      added: [],
      removed: [],
      seq: 0,
    })
    const bobs = await bob.live()
    expect((await change(ann, { remove: [ann.userId] })).status).toBe(200)
    const handed = await bobs.wait((frame) => frame.type === "member.role_changed")
    expect(handed.payload).toMatchObject({ user_id: bob.userId, role: "owner" })
    expect((await bob.get(`/v1/groups/${id}`)).body.role).toBe("owner")
    const roster = (await bob.get(`/v1/groups/${id}/members`)).body
    expect(roster.items).toEqual([
      { user_id: bob.userId, role: "owner", joined_at: expect.stringMatching(/Z$/) },
    ])
    await bobs.close()
  })

  it("with an Idempotency-Key the same group again, and another body is a mismatch", async () => {
    const ann = await person()
    const make = (name: string) =>
      ann.post("/v1/groups", { name, member_ids: [] }, { "idempotency-key": "k1" })
    const [first, again, other] = [await make("a"), await make("a"), await make("b")]
    expect([first.status, again.status, other.status]).toEqual([201, 200, 409])
    expect(again.body.id).toBe(first.body.id)
    expect(other.body.code).toBe("idempotency_mismatch")
  })

  it("history from the joining on shows a later member nothing earlier", async () => {
    const [ann, bob] = [await person(), await person()]
    const { id } = (await ann.post("/v1/groups", { name: "g", member_ids: [], history: "from_join" })).body
    const anns = await ann.live()
    await anns.say(id, "m1", "secret")
    await ann.post(`/v1/groups/${id}/members`, { add: [{ user_id: bob.userId }] })
    await anns.say(id, "m2", "welcome")
    expect((await bob.history(id)).map((message) => message.text)).toEqual(["welcome"])
    const bobs = await bob.live()
    expect(JSON.stringify(bobs.frames)).not.toContain("secret")
    await Promise.all([anns.close(), bobs.close()])
  })
})
