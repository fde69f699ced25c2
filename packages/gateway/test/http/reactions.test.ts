/** Reactions: percent-encoded in the address, counted, each person's own. */
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

interface Said {
  readonly id: string
  readonly seq: number
  readonly to: (emoji: string) => string
}

const said = async (members: ReadonlyArray<string> = ["bob"]): Promise<Said> => {
  const id = await ann.group(members)
  const { message_id, seq } = read(PostMessageAnswer, await ann.say(id, "k", "hello"))
  const path = `/v1/conversations/${id}/messages/${message_id}/reactions/`
  return { id, seq, to: (emoji) => path + encodeURIComponent(emoji) }
}
const seqOf = (answered: Parameters<typeof read>[1]) => read(SeqAnswer, answered).seq
const shown = async (by: Person, { id }: Said) =>
  read(MessagePage, await by.get(`/v1/conversations/${id}/messages`)).items.at(-1)!.reactions

it("everybody sees how many stand behind an emoji, and whether he is one of them", async () => {
  const message = await said()
  await ann.put(message.to("👍"))
  await bob.put(message.to("👍"))
  await bob.put(message.to("🎉"))
  expect(await shown(ann, message)).toEqual([
    { emoji: "👍", count: 2, mine: true },
    { emoji: "🎉", count: 1, mine: false },
  ])
  await ann.delete(message.to("👍"))
  expect((await shown(ann, message))[0]).toEqual({ emoji: "👍", count: 1, mine: false })
  await bob.delete(message.to("👍"))
  expect(await shown(bob, message)).toEqual([{ emoji: "🎉", count: 1, mine: true }])
})

it("the same again answers the reaction that stands; taking back what is not there, the message", async () => {
  const message = await said()
  const first = seqOf(await ann.put(message.to("👍")))
  expect(first).toBe(message.seq + 1)
  expect(seqOf(await ann.put(message.to("👍")))).toBe(first)
  expect(seqOf(await bob.delete(message.to("👍")))).toBe(message.seq)
  const removed = seqOf(await ann.delete(message.to("👍")))
  expect(removed).toBe(first + 1)
  expect(seqOf(await ann.delete(message.to("👍")))).toBe(message.seq)
})

it.each(["a/b", "%", "+1", "👩‍👩‍👧‍👦", "🇳🇱", "é", "#", "?", "__proto__", ":party_parrot:", "&=", "ﷺ"])(
  "%s goes through the address as it is",
  async (emoji) => {
    const message = await said([])
    expect((await ann.put(message.to(emoji))).status).toBe(200)
    expect(await shown(ann, message)).toEqual([{ emoji, count: 1, mine: true }])
    await ann.delete(message.to(emoji))
    expect(await shown(ann, message)).toEqual([])
  },
)

it.each([
  ["a space", "a b"],
  ["a line feed", "a\n"],
  ["a control character", "\u0007"],
  ["33 characters", "x".repeat(33)],
  ["over 64 bytes", "👍".repeat(17)],
])("%s is no emoji: bad_request with its path, and nothing is written", async (_, emoji) => {
  const message = await said([])
  const before = app.head()
  expect(expectProblem(await ann.put(message.to(emoji)), "bad_request").errors?.[0]?.path).toBe("emoji")
  expectProblem(await ann.delete(message.to(emoji)), "bad_request")
  expect(app.head()).toBe(before)
})

it("a message has at most 50 different emojis; one that is there already may still be joined", async () => {
  const message = await said()
  for (let i = 0; i < 50; i++) expect((await ann.put(message.to(`e${i}`))).status).toBe(200)
  expectProblem(await bob.put(message.to("e50")), "unprocessable")
  expect((await bob.put(message.to("e49"))).status).toBe(200)
})

it("a deleted message takes no reactions, and shows none", async () => {
  const message = await said()
  await bob.put(message.to("👍"))
  await ann.delete(message.to("").replace("/reactions/", ""))
  expectProblem(await bob.put(message.to("🎉")), "gone")
  expectProblem(await bob.delete(message.to("👍")), "gone")
  expect(await shown(bob, message)).toEqual([])
})

it("a hundred people at once are counted a hundred times, each once", async () => {
  const names = Array.from({ length: 100 }, (_, i) => `fan-${i}`)
  const message = await said(names)
  const fans = await Promise.all(names.map((name) => Person.signIn(app, name)))
  const seqs = await Promise.all(
    fans
      .flatMap((fan) => [fan.put(message.to("👍")), fan.put(message.to("👍"))])
      .map(async (one) => seqOf(await one)),
  )
  expect(new Set(seqs).size).toBe(100)
  expect(await shown(ann, message)).toEqual([{ emoji: "👍", count: 100, mine: false }])
})
