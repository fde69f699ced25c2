/** Editing and deleting messages. */
import { MessagePage, PostMessageAnswer, SeqAnswer } from "@parley/domain/wire/http"
import { afterAll, beforeAll, expect, it } from "vitest"
import { expectProblem, Person, read } from "./Person.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
let ann: Person
let bob: Person
beforeAll(async () => {
  app = await startApp({
    env: { PARLEY_LIMIT_MESSAGES_BURST: "10000", PARLEY_LIMIT_MESSAGES_PER_SECOND: "10000" },
  })
  ;[ann, bob] = [await Person.signIn(app, "ann"), await Person.signIn(app, "bob")]
})
afterAll(() => app.close())

const sent = async (by: Person, conversation: string, more: Record<string, unknown> = { text: "hello" }) =>
  read(
    PostMessageAnswer,
    await by.post("/v1/messages", { conversation_id: conversation, client_msg_id: "k1", ...more }),
  )
const at = (conversation: string, message: string) => `/v1/conversations/${conversation}/messages/${message}`
const history = async (by: Person, conversation: string) =>
  read(MessagePage, await by.get(`/v1/conversations/${conversation}/messages`)).items
const seqOf = (answered: Parameters<typeof read>[1]) => read(SeqAnswer, answered).seq

it("an edit is in the history that is read next: its text, when, and nothing of the old one", async () => {
  const id = await ann.group(["bob"])
  const { message_id, seq } = await sent(ann, id, { text: "teh secret", metadata: { a: 1 } })
  expect(seqOf(await ann.patch(at(id, message_id), { text: "the text" }))).toBe(seq + 1)
  const [shown] = await history(bob, id)
  expect(shown).toMatchObject({ message_id, seq, text: "the text", metadata: { a: 1 }, as_of_seq: seq + 1 })
  expect(shown?.edited_at).toMatch(/Z$/)
  expect(JSON.stringify(shown)).not.toContain("secret")
})

it("the same edit again answers the edit that stands; the text as it was sent, at first, the message itself", async () => {
  const id = await ann.group([])
  const { message_id, seq } = await sent(ann, id, { text: "one" })
  expect(seqOf(await ann.patch(at(id, message_id), { text: "one" }))).toBe(seq)
  const first = seqOf(await ann.patch(at(id, message_id), { text: "two" }))
  expect(seqOf(await ann.patch(at(id, message_id), { text: "two" }))).toBe(first)
  expect(seqOf(await ann.patch(at(id, message_id), { text: "one" }))).toBe(first + 1)
})

it("a deleted message keeps its place without its body; deleting again answers the deletion that stands", async () => {
  const id = await ann.group(["bob"])
  const { message_id, seq } = await sent(ann, id, { text: "a secret", metadata: { a: 1 } })
  await ann.patch(at(id, message_id), { text: "another secret" })
  const deleted = seqOf(await ann.delete(at(id, message_id)))
  expect(seqOf(await ann.delete(at(id, message_id)))).toBe(deleted)
  const [shown] = await history(bob, id)
  expect(shown).toMatchObject({ message_id, seq, sender_id: "ann", deleted: true, reactions: [] })
  expect(Object.keys(shown!)).not.toContain("metadata")
  expect(JSON.stringify(shown)).not.toContain("secret")
  expectProblem(await ann.patch(at(id, message_id), { text: "back" }), "gone")
})

it("a message without a text has none to edit: unprocessable; a text over the limit: payload_too_large", async () => {
  const id = await ann.group([])
  const sealed = await sent(ann, id, { ciphertext: "AAAA" })
  const problem = expectProblem(await ann.patch(at(id, sealed.message_id), { text: "x" }), "unprocessable")
  expect(problem.errors?.[0]?.path).toBe("message_id")
  const { message_id } = await sent(ann, id, { client_msg_id: "k2", text: "short" })
  const large = expectProblem(
    await ann.patch(at(id, message_id), { text: "x".repeat(16_001) }),
    "payload_too_large",
  )
  expect(large.errors?.[0]?.path).toBe("text")
})

it.each([
  ["no text", {}, "text"],
  ["an empty text", { text: "" }, "text"],
  ["a number for a text", { text: 5 }, "text"],
  ["a NUL", { text: "\0" }, "text"],
])("%s: bad_request with its path, and the message as it was", async (_, body, path) => {
  const id = await ann.group([])
  const { message_id } = await sent(ann, id)
  expect(expectProblem(await ann.patch(at(id, message_id), body), "bad_request").errors?.[0]?.path).toBe(path)
  expect((await history(ann, id)).map((one) => [one.text, one.as_of_seq])).toEqual([["hello", 1]])
})

it("a message that is none, of elsewhere, beyond the end, or hidden from a later member: not_found, all alike", async () => {
  const [id, other] = [await ann.group([], { history: "from_join" }), await ann.group([])]
  const { message_id } = await sent(ann, id)
  const { message_id: elsewhere } = await sent(ann, other)
  await ann.post(`/v1/groups/${id}/members`, { add: [{ user_id: "bob" }] })
  const beyond = `msg_${"z".repeat(26)}`
  const forged = message_id.slice(0, -1) + (message_id.endsWith("0") ? "1" : "0")
  const ids = ["x", "msg_", elsewhere, beyond, forged, message_id, `msg_${"0".repeat(26)}`]
  const details = new Set<string>()
  for (const one of ids) {
    details.add(expectProblem(await bob.patch(at(id, one), { text: "mine" }), "not_found").detail)
    details.add(expectProblem(await bob.delete(at(id, one)), "not_found").detail)
    expectProblem(await bob.get(`${at(id, one)}/replies`), "not_found")
  }
  expect(details.size).toBe(1)
  expect((await history(ann, id)).map((one) => one.text)).toEqual(["hello"])
})

it("of a hundred edits at once each is an event of its own, and the last one stands", async () => {
  const id = await ann.group([])
  const { message_id, seq } = await sent(ann, id)
  const texts = Array.from({ length: 100 }, (_, i) => `text ${i}`)
  const seqs = await Promise.all(
    texts.map(async (text) => [seqOf(await ann.patch(at(id, message_id), { text })), text] as const),
  )
  const inOrder = seqs.sort(([a], [b]) => a - b)
  expect(inOrder.map(([one]) => one)).toEqual(texts.map((_, i) => seq + 1 + i))
  expect((await history(ann, id))[0]?.text).toBe(inOrder.at(-1)![1])
})

it("edits and deletions take from the sender's rate as messages do", async () => {
  const slow = await startApp({
    env: { PARLEY_LIMIT_MESSAGES_BURST: "3", PARLEY_LIMIT_MESSAGES_PER_SECOND: "1" },
  })
  try {
    const dan = await Person.signIn(slow, "dan")
    const id = await dan.group([])
    const { message_id } = await sent(dan, id)
    await dan.patch(at(id, message_id), { text: "2" })
    await dan.patch(at(id, message_id), { text: "3" })
    const refused = await dan.delete(at(id, message_id))
    expectProblem(refused, "rate_limited")
    expect(refused.headers.get("ratelimit")).toBe('"user";r=0;t=1')
    expect((await history(dan, id)).map((one) => one.text)).toEqual(["3"])
  } finally {
    await slow.close()
  }
})
