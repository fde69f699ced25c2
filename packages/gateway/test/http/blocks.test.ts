import { Conversation } from "@parley/domain/wire/conversation"
import { Blocks } from "@parley/domain/wire/users"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { expectProblem, Person, read } from "./Person.ts"
import { Socket } from "./Socket.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
let ann: Person
let bob: Person
beforeAll(async () => {
  app = await startApp()
  ann = await Person.signIn(app, "ann")
  bob = await Person.signIn(app, "bob")
})
afterAll(() => app.close())

let people = 0
const somebody = (): Promise<Person> => Person.signIn(app, `somebody-${++people}`)
const blockOf = ({ id }: Person): string => `/v1/users/me/blocks/${id}`
const blockedBy = async (person: Person) =>
  read(Blocks, await person.get("/v1/users/me/blocks")).items.map(({ user_id }) => user_id)
const canSend = async (person: Person, conversation: string) =>
  read(Conversation, await person.get(`/v1/conversations/${conversation}`)).can_send
/** What both sides find: `can_send`, and whether a message in fact goes out. */
const open = async (a: Person, b: Person): Promise<ReadonlyArray<boolean>> => {
  const conversation = await a.with(b.id)
  return Promise.all(
    [a, b].map(async (person) => {
      const { status } = await person.say(conversation, `m${++people}`, "hello")
      const can = await canSend(person, conversation)
      expect(status, `can_send: ${can}`).toBe(can ? 201 : 403)
      return can
    }),
  )
}

describe("a block", () => {
  it("closes the direct conversation to both at once, and opens it when it is taken back", async () => {
    expect(await open(ann, bob)).toEqual([true, true])
    expect((await ann.put(blockOf(bob))).status).toBe(204)
    expect(await open(ann, bob)).toEqual([false, false])
    const refused = await bob.say(await bob.with("ann"), "x", "hello")
    expect(expectProblem(refused, "forbidden").detail).not.toContain("ann")
    expect((await ann.delete(blockOf(bob))).status).toBe(204)
    expect(await open(ann, bob)).toEqual([true, true])
  })

  it("that stood before the conversation closes it from its start, whoever creates it", async () => {
    for (const creator of ["blocker", "blocked"]) {
      const [a, b] = [await somebody(), await somebody()]
      await a.put(blockOf(b))
      const created = creator === "blocker" ? await a.post(...direct(b)) : await b.post(...direct(a))
      expect(read(Conversation, created).can_send).toBe(false)
      expect(await open(a, b)).toEqual([false, false])
    }
  })

  it("of each other is open again only when both have taken it back", async () => {
    const [a, b] = [await somebody(), await somebody()]
    for (const [person, other] of [
      [a, b],
      [b, a],
    ] as const)
      await person.put(blockOf(other))
    await a.delete(blockOf(b))
    expect(await open(a, b)).toEqual([false, false])
    await b.delete(blockOf(a))
    expect(await open(a, b)).toEqual([true, true])
  })

  it("changes nothing in groups, and what was said stays readable", async () => {
    const [a, b] = [await somebody(), await somebody()]
    const [group, conversation] = [await a.group([b.id]), await a.with(b.id)]
    await b.say(conversation, "before", "hello")
    await a.put(blockOf(b))
    expect((await b.say(group, "in-group", "hello")).status).toBe(201)
    expect((await a.get(`/v1/conversations/${conversation}/messages`)).text).toContain("hello")
  })

  it("is announced to both sides' connections, without a word of whose it is, and refuses what they send", async () => {
    const [a, b] = [await somebody(), await somebody()]
    const conversation = await a.with(b.id)
    const sockets = [await Socket.open(a), await Socket.open(b)]
    for (const socket of sockets) await socket.ask({ type: "sync", payload: {} })
    await a.put(blockOf(b))
    await a.put(blockOf(b))
    for (const socket of sockets) {
      const told = await socket.until(({ type }) => type === "conversation.updated")
      expect(told).toMatchObject({ conversation_id: conversation, seq: 1 })
      expect(Object.keys(told.payload)).not.toContain("actor_id")
      const answer = await socket.ask({
        type: "message.send",
        conversation_id: conversation,
        client_msg_id: "m1",
        payload: { text: "hello" },
      })
      expect(answer).toMatchObject({ type: "error", payload: { code: "forbidden" } })
      socket.close()
    }
    const shown = read(Conversation, await b.get(`/v1/conversations/${conversation}`))
    expect(shown).toMatchObject({ last_seq: 1, can_send: false })
  })

  it("twice, or taken back where there is none, is as once", async () => {
    const [a, b] = [await somebody(), await somebody()]
    const statuses = [await a.put(blockOf(b)), await a.put(blockOf(b))]
    expect(await blockedBy(a)).toEqual([b.id])
    statuses.push(await a.delete(blockOf(b)), await a.delete(blockOf(b)))
    expect(await blockedBy(a)).toEqual([])
    expect(statuses.map(({ status }) => status)).toEqual([204, 204, 204, 204])
  })

  it("lists whom one blocks, the latest first, to oneself alone", async () => {
    const a = await somebody()
    for (const user of ["x", "y", "z"]) await a.put(`/v1/users/me/blocks/${user}`)
    expect(await blockedBy(a)).toEqual(["z", "y", "x"])
  })

  it("of oneself or of nobody is refused", async () => {
    expectProblem(await ann.put(blockOf(ann)), "unprocessable")
    expectProblem(await ann.put("/v1/users/me/blocks/no%20id"), "bad_request")
    expectProblem(await ann.delete("/v1/users/me/blocks/no%20id"), "not_found")
  })
})

const direct = (partner: Person) => ["/v1/conversations", { kind: "direct", user_id: partner.id }] as const

describe("raced", () => {
  it("with the creation of the conversation, a block never leaves it open", async () => {
    for (let n = 0; n < 25; n++) {
      const [a, b] = [await somebody(), await somebody()]
      const creator = n % 2 === 0 ? a : b
      await Promise.all([
        creator.post(...direct(creator === a ? b : a)),
        a.put(blockOf(b)),
        ...(n % 3 === 0 ? [b.put(blockOf(a))] : []),
      ])
      expect(await open(a, b)).toEqual([false, false])
    }
  })

  it("with creation, a block that is taken back never leaves it closed", async () => {
    for (let n = 0; n < 25; n++) {
      const [a, b] = [await somebody(), await somebody()]
      await a.put(blockOf(b))
      await Promise.all([b.post(...direct(a)), a.delete(blockOf(b))])
      expect(await open(a, b)).toEqual([true, true])
    }
  })

  it("with each other, blocks and their taking back leave the conversation as the last of them says", async () => {
    const [a, b] = [await somebody(), await somebody()]
    await a.with(b.id)
    for (let n = 0; n < 25; n++) {
      const asked = Array.from({ length: 6 }, (_, at) =>
        (at + n) % 2 === 0 ? a.put(blockOf(b)) : a.delete(blockOf(b)),
      )
      expect((await Promise.all(asked)).map(({ status }) => status)).toEqual(Array(6).fill(204))
      const blocked = (await blockedBy(a)).includes(b.id)
      const conversation = await a.with(b.id)
      expect([await canSend(a, conversation), await canSend(b, conversation)]).toEqual([!blocked, !blocked])
    }
  })
})
