/** Sending without a socket, and history. */
import { MessagePage, PostMessageAnswer } from "@parley/domain/wire/http"
import { afterAll, beforeAll, expect, it } from "vitest"
import { expectProblem, Person, read } from "./Person.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
let ann: Person
let bob: Person
let conversation: string
const count = 7

beforeAll(async () => {
  app = await startApp()
  ;[ann, bob] = [await Person.signIn(app, "ann"), await Person.signIn(app, "bob")]
  conversation = await ann.with("bob")
  for (let i = 1; i <= count; i++) await ann.say(conversation, `m${i}`, `text ${i}`)
})
afterAll(() => app.close())

const page = async (query: string) => {
  const found = read(MessagePage, await bob.get(`/v1/conversations/${conversation}/messages?${query}`))
  return { seqs: found.items.map((item) => item.seq), prev: found.prev_cursor, next: found.next_cursor }
}

it("a message is created once; its repeat gets the first answer", async () => {
  const id = await ann.with("zoe")
  const first = await ann.say(id, "k1", "hello")
  const again = await ann.say(id, "k1", "hello")
  expect([first.status, again.status]).toEqual([201, 200])
  expect(read(PostMessageAnswer, first)).toMatchObject({ seq: 1, duplicate: false })
  expect(read(PostMessageAnswer, again)).toEqual({ ...read(PostMessageAnswer, first), duplicate: true })
  expectProblem(await ann.say(id, "k1", "another text"), "idempotency_mismatch")
})

it("a message sent is in the history that is read next", async () => {
  const id = await ann.with("yan")
  await ann.say(id, "k1", "just now")
  const found = read(MessagePage, await ann.get(`/v1/conversations/${id}/messages`))
  expect(found.items.map((item) => [item.text, item.client_msg_id])).toEqual([["just now", "k1"]])
})

it("nobody sees another's client_msg_id", async () => {
  const found = read(MessagePage, await bob.get(`/v1/conversations/${conversation}/messages`))
  expect(found.items.filter((item) => "client_msg_id" in item)).toEqual([])
})

it("without a mark, the newest first", async () => {
  expect(await page("limit=3")).toEqual({ seqs: [7, 6, 5], prev: "5", next: undefined })
})

it("before and after are exclusive", async () => {
  expect((await page("before=5&limit=2")).seqs).toEqual([4, 3])
  expect((await page("after=5")).seqs).toEqual([6, 7])
})

it("around is inclusive and oldest first", async () => {
  expect((await page("around=4&limit=3")).seqs).toEqual([3, 4, 5])
})

it("cursors lead to the first message and back to the last, each message once", async () => {
  const older = []
  for (let at = await page("limit=3"); ; at = await page(`before=${at.prev}&limit=3`)) {
    older.push(...at.seqs)
    if (at.prev === undefined) break
  }
  expect(older).toEqual([7, 6, 5, 4, 3, 2, 1])
  const newer = []
  for (let at = await page("after=0&limit=3"); ; at = await page(`after=${at.next}&limit=3`)) {
    newer.push(...at.seqs)
    if (at.next === undefined) break
  }
  expect(newer).toEqual([1, 2, 3, 4, 5, 6, 7])
})

it("a limit over 200 is 200, however large; marks beyond the end are answered", async () => {
  expect((await page("limit=999999999999999")).seqs).toHaveLength(count)
  expect((await page("before=999999999999999")).seqs).toHaveLength(count)
  expect((await page("after=999999999999999")).seqs).toEqual([])
})

const bad = ["-1", "1.5", "x", "1e3", "", "%20", "0x10", "99999999999999999999", "NaN", "%00"]
it.each(["before", "after", "around"].flatMap((name) => bad.map((value) => `${name}=${value}`)))(
  "history asked with %s: bad_request, with the parameter",
  async (query) => {
    const answered = await bob.get(`/v1/conversations/${conversation}/messages?${query}`)
    expect(expectProblem(answered, "bad_request").errors?.[0]?.path).toBe(query.split("=")[0])
  },
)

it.each(["limit=0", "limit=-5", "limit=1.5", "limit=ten", "before=3&after=1", "around=3&after=1"])(
  "history asked with %s: bad_request",
  async (query) => {
    expectProblem(await bob.get(`/v1/conversations/${conversation}/messages?${query}`), "bad_request")
  },
)

it("a stranger neither reads nor writes, and learns nothing", async () => {
  const eve = await Person.signIn(app, "eve")
  expectProblem(await eve.get(`/v1/conversations/${conversation}/messages`), "not_found")
  expectProblem(await eve.say(conversation, "k", "hello"), "not_found")
})

it("over the rate: 429, when to come back, under which policy; nothing is stored", async () => {
  const slow = await startApp({
    env: { PARLEY_LIMIT_MESSAGES_BURST: "2", PARLEY_LIMIT_MESSAGES_PER_SECOND: "1" },
  })
  try {
    const dan = await Person.signIn(slow, "dan")
    const id = await dan.with("bob")
    const answers = []
    for (const key of ["1", "2", "3"]) answers.push(await dan.say(id, key, key))
    expect(answers.map((one) => one.status)).toEqual([201, 201, 429])
    const { headers } = answers[2]!
    expect(expectProblem(answers[2]!, "rate_limited").retry_after_ms).toBeGreaterThan(0)
    expect(headers.get("retry-after")).toBe("1")
    expect(headers.get("ratelimit")).toBe('"user";r=0;t=1')
    expect(headers.get("ratelimit-policy")).toBe('"user";q=2;w=2')
    const found = read(MessagePage, await dan.get(`/v1/conversations/${id}/messages`))
    expect(found.items.map((item) => item.text)).toEqual(["2", "1"])
  } finally {
    await slow.close()
  }
})
