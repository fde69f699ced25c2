/** Typing, over sockets. */
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Person } from "./Person.ts"
import { type Frame, Socket } from "./Socket.ts"
import { startApp, type TestApp } from "./TestApp.ts"

let app: TestApp
let shed = false
const sockets: Array<Socket> = []
beforeAll(async () => {
  app = await startApp({
    env: { PARLEY_LIMIT_TYPING_MEMBERS: "3" },
    sheds: (what) => shed && what === "typing",
  })
})
afterAll(async () => {
  for (const socket of sockets) socket.close()
  await app.close()
})

let people = 0
const somebody = (): Promise<Person> => Person.signIn(app, `typist-${++people}`)
const live = async (person: Person, device = "phone"): Promise<Socket> => {
  const socket = await Socket.open(person, device)
  sockets.push(socket)
  await socket.ask({ type: "sync", payload: {} })
  return socket
}
const type = (socket: Socket, conversation: string, state: "start" | "stop" = "start"): string =>
  socket.say({ type: "typing", conversation_id: conversation, payload: { state } })
const typing = (socket: Socket): ReadonlyArray<unknown> =>
  socket.frames.flatMap((frame) =>
    frame.type === "typing" ? [`${frame.payload["user_id"]} ${frame.payload["state"]}`] : [],
  )
const seen = (socket: Socket, { id }: Person, state = "start"): Promise<Frame> =>
  socket.until(
    ({ payload, type: is }) => is === "typing" && payload["user_id"] === id && payload["state"] === state,
  )
/** A message follows whatever was typed before: what has not come when it comes was not sent. */
const after = async (sender: Person, conversation: string, ...receivers: ReadonlyArray<Socket>) => {
  const key = `after-${++people}`
  await sender.say(conversation, key, key)
  await Promise.all(receivers.map((socket) => socket.until(({ payload }) => payload["text"] === key)))
}

describe("typing", () => {
  it("is told to the others of a conversation, on every device, and to none of the typist's own", async () => {
    const [ann, ben, cleo] = [await somebody(), await somebody(), await somebody()]
    const group = await ann.group([ben.id, cleo.id])
    const [anns, tablet] = [await live(ann), await live(ann, "tablet")]
    const others = [await live(ben), await live(ben, "laptop"), await live(cleo)]
    type(anns, group)
    for (const socket of others)
      expect(await seen(socket, ann)).toMatchObject({
        conversation_id: group,
        payload: { user_id: ann.id, state: "start", expires_in_ms: 6_000 },
      })
    await after(ann, group, anns, tablet)
    expect([typing(anns), typing(tablet)]).toEqual([[], []])
  })
  it("has no seq, is not stored and is not replayed", async () => {
    const [ann, ben] = [await somebody(), await somebody()]
    const conversation = await ann.with(ben.id)
    const [anns, bens] = [await live(ann), await live(ben)]
    const before = app.head()
    type(anns, conversation)
    expect((await seen(bens, ann)).seq).toBeUndefined()
    expect(app.head()).toBe(before)
    expect(typing(await live(ben, "later"))).toEqual([])
  })
  it("is told once in three seconds; a stop is told when a start was", async () => {
    const [ann, ben] = [await somebody(), await somebody()]
    const conversation = await ann.with(ben.id)
    const [anns, bens] = [await live(ann), await live(ben)]
    type(anns, conversation, "stop")
    type(anns, conversation)
    await seen(bens, ann)
    for (let i = 0; i < 5; i++) type(anns, conversation)
    type(anns, conversation, "stop")
    await seen(bens, ann, "stop")
    type(anns, conversation, "stop")
    type(anns, conversation)
    await after(ann, conversation, bens)
    expect(typing(bens)).toEqual([`${ann.id} start`, `${ann.id} stop`])
  })
  it("of a reader, a stranger and an ex-member is told to nobody", async () => {
    const [ann, ben, cleo, dan] = [await somebody(), await somebody(), await somebody(), await somebody()]
    const group = await ann.group([ben.id])
    await ann.post(`/v1/groups/${group}/members`, { add: [{ user_id: cleo.id, role: "reader" }] })
    const [anns, bens] = [await live(ann), await live(ben)]
    for (const person of [cleo, dan]) type(await live(person), group)
    await ann.post(`/v1/groups/${group}/members`, { remove: [ben.id] })
    type(bens, group)
    await bens.ask({ type: "sync", payload: {} })
    await after(ann, group, anns)
    expect(typing(anns)).toEqual([])
  })
  it("is told to nobody in a direct conversation that is blocked, from either side", async () => {
    const [ann, ben] = [await somebody(), await somebody()]
    const conversation = await ann.with(ben.id)
    const [anns, bens] = [await live(ann), await live(ben)]
    await ann.put(`/v1/users/me/blocks/${ben.id}`)
    type(anns, conversation)
    type(bens, conversation)
    for (const socket of [anns, bens]) await socket.ask({ type: "sync", payload: {} })
    await ann.delete(`/v1/users/me/blocks/${ben.id}`)
    await after(ann, conversation, anns, bens)
    expect([typing(anns), typing(bens)]).toEqual([[], []])
  })
  it("is told to nobody in a group above the limit of members", async () => {
    const [ann, ben, cleo, dan] = [await somebody(), await somebody(), await somebody(), await somebody()]
    const group = await ann.group([ben.id, cleo.id, dan.id])
    const [anns, bens] = [await live(ann), await live(ben)]
    type(anns, group)
    await after(ann, group, anns, bens)
    expect(typing(bens)).toEqual([])
  })
  it("is told to nobody while typing is shed, and messages are", async () => {
    const [ann, ben] = [await somebody(), await somebody()]
    const conversation = await ann.with(ben.id)
    const [anns, bens] = [await live(ann), await live(ben)]
    shed = true
    type(anns, conversation)
    await after(ann, conversation, bens)
    shed = false
    expect(typing(bens)).toEqual([])
    type(anns, conversation)
    await seen(bens, ann)
  })
})
