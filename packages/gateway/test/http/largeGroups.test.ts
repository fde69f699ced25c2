/** Groups of thousands: made, paged, joined and left; what whoever names thousands of people may not do often. */
import { Conversation } from "@parley/domain/wire/conversation"
import { PostMembersAnswer, Roster } from "@parley/domain/wire/http"
import { afterAll, beforeAll, expect, it } from "vitest"
import { expectProblem, Person, read } from "./Person.ts"
import { Socket } from "./Socket.ts"
import { startApp, type TestApp } from "./TestApp.ts"

const names = Array.from({ length: 9_999 }, (_, i) => `m${String(i).padStart(4, "0")}`)

let app: TestApp
let ann: Person
let group: string
beforeAll(async () => {
  app = await startApp({ env: { PARLEY_LIMIT_MEMBER_CHANGES_BURST: "100000" } })
  ann = await Person.signIn(app, "ann")
  group = await ann.group(names)
})
afterAll(() => app.close())

const shown = async (by: Person, id: string) => read(Conversation, await by.get(`/v1/groups/${id}`))
const change = (by: Person, id: string, body: unknown) => by.post(`/v1/groups/${id}/members`, body)

const roster = async (by: Person, id: string): Promise<ReadonlyArray<string>> => {
  const seen: Array<string> = []
  let cursor: string | undefined
  do {
    const query: string = cursor === undefined ? "" : `&cursor=${cursor}`
    const found: Roster = read(Roster, await by.get(`/v1/groups/${id}/members?limit=200${query}`))
    seen.push(...found.items.map((item) => item.user_id))
    cursor = found.next_cursor
  } while (cursor !== undefined)
  return seen
}

it("ten thousand people are in one group, each once in the pages of its roster", async () => {
  expect(await shown(ann, group)).toMatchObject({ member_count: 10_000, last_seq: 19 })
  expect(await roster(ann, group)).toEqual(["ann", ...names])
  const last = await Person.signIn(app, names.at(-1)!)
  expect(await shown(last, group)).toMatchObject({ member_count: 10_000, role: "member" })
})

it("ten thousand ids of the greatest length fit into one group", async () => {
  const long = names.map((name) => name.padEnd(64, "x"))
  const answered = await ann.post("/v1/groups", { name: "long", member_ids: long })
  expect(read(Conversation, answered)).toMatchObject({ member_count: 10_000, last_seq: 19 })
  const removed = await change(ann, read(Conversation, answered).id, { remove: long })
  expect(read(PostMembersAnswer, removed)).toMatchObject({ removed: long, seq: 39 })
})

it("no more than that: unprocessable, and nobody is added", async () => {
  const problem = expectProblem(await change(ann, group, { add: [{ user_id: "one-more" }] }), "unprocessable")
  expect(problem.errors?.[0]?.path).toBe("add")
  expectProblem(
    await ann.post("/v1/groups", { name: "x", member_ids: [...names, "one-more"] }),
    "unprocessable",
  )
})

it("whoever takes another's place in the same request fits", async () => {
  const body = { add: [{ user_id: "in" }], remove: [names[0]] }
  expect(read(PostMembersAnswer, await change(ann, group, body))).toMatchObject({
    added: ["in"],
    removed: [names[0]],
  })
  await change(ann, group, { add: [{ user_id: names[0] }], remove: ["in"] })
})

it("two thousand and more people at once come as events of 500, and go as they came", async () => {
  const id = await ann.group([])
  const some = names.slice(0, 2_001)
  const added = read(PostMembersAnswer, await change(ann, id, { add: some.map((user_id) => ({ user_id })) }))
  expect([added.added.length, added.seq]).toEqual([2_001, 5])
  expect((await shown(ann, id)).member_count).toBe(2_002)
  const removed = read(PostMembersAnswer, await change(ann, id, { remove: some }))
  expect([removed.removed.length, removed.seq]).toEqual([2_001, 10])
  expect(await roster(ann, id)).toEqual(["ann"])
})

it("a thousand people join at once and a thousand leave at once: the count is right, and no number is missing", async () => {
  const leaving = names.slice(0, 1_000)
  const joining = Array.from({ length: 1_000 }, (_, i) => `j${String(i).padStart(4, "0")}`)
  const id = await ann.group(leaving)
  const watcher = await Socket.open(ann)
  await watcher.ask({ type: "sync", payload: {} })
  const asked = (actor: string, by: { add?: string; remove?: string }) =>
    app.ask(id, {
      _tag: "ChangeMembers",
      origin: { actor, correlation: `${actor} ${by.add}` },
      add: by.add === undefined ? [] : [{ user_id: by.add, role: "member" }],
      remove: by.remove === undefined ? [] : [by.remove],
    })
  const replies = await Promise.all(
    leaving.flatMap((leaver, i) => [asked(leaver, { remove: leaver }), asked("ann", { add: joining[i]! })]),
  )
  expect(replies.filter(({ _tag }) => _tag !== "Answered")).toEqual([])
  const after = await shown(ann, id)
  expect(after.member_count).toBe(1_001)
  expect(await roster(ann, id)).toEqual(["ann", ...joining])
  await watcher.until((frame) => frame.conversation_id === id && frame.seq === after.last_seq)
  const frames = watcher.frames.filter((frame) => frame.conversation_id === id && frame.seq !== undefined)
  const first = frames[0]!.seq!
  expect(frames.map((frame) => frame.seq)).toEqual(frames.map((_, i) => first + i))
  expect(frames.at(-1)?.payload).toMatchObject({ member_count: 1_001 })
  watcher.close()
})

it("people named are counted against whoever names them: 429 with when and under which policy; nothing is written", async () => {
  const slow = await startApp({
    env: { PARLEY_LIMIT_MEMBER_CHANGES_BURST: "10", PARLEY_LIMIT_MEMBER_CHANGES_PER_SECOND: "1" },
  })
  try {
    const [dan, eve] = [await Person.signIn(slow, "dan"), await Person.signIn(slow, "eve")]
    const id = await dan.group(["a", "b", "c", "d"])
    const before = slow.head()
    for (const refused of [
      await dan.post("/v1/groups", { name: "x", member_ids: ["a", "b", "c", "d", "e"] }),
      await change(dan, id, {
        add: ["e", "f", "g"].map((user_id) => ({ user_id })),
        remove: ["a", "b", "c"],
      }),
    ]) {
      expect(expectProblem(refused, "rate_limited").detail).not.toContain("message")
      expect(refused.headers.get("retry-after")).toBe("1")
      expect(refused.headers.get("ratelimit")).toBe('"members";r=0;t=1')
      expect(refused.headers.get("ratelimit-policy")).toBe('"members";q=10;w=10')
    }
    expect(slow.head()).toBe(before)
    expect((await change(dan, id, { add: [{ user_id: "e" }] })).status).toBe(200)
    expect((await eve.post("/v1/groups", { name: "hers", member_ids: ["a"] })).status).toBe(201)
  } finally {
    await slow.close()
  }
})

it("the larger a conversation, the fewer messages a second it takes: a tenth at ten thousand", async () => {
  const slow = await startApp({
    env: {
      PARLEY_LIMIT_CONVERSATION_MESSAGES_PER_SECOND: "10",
      PARLEY_LIMIT_CONVERSATION_MESSAGES_BURST: "1",
    },
  })
  try {
    const dan = await Person.signIn(slow, "dan")
    for (const [members, seconds] of [
      [499, 1],
      [9_999, 1],
    ] as const) {
      const id = await dan.group(names.slice(0, members))
      expect((await dan.say(id, "1", "1")).status).toBe(201)
      const refused = await dan.say(id, "2", "2")
      const { retry_after_ms } = expectProblem(refused, "rate_limited")
      const rate = members < 500 ? 10 : 1
      expect(retry_after_ms).toBeLessThanOrEqual(1_000 / rate)
      expect(retry_after_ms).toBeGreaterThan(members < 500 ? 0 : 100)
      expect(refused.headers.get("ratelimit")).toBe(`"conversation";r=0;t=${seconds}`)
      expect(refused.headers.get("ratelimit-policy")).toBe(`"conversation";q=1;w=1`)
    }
  } finally {
    await slow.close()
  }
})
