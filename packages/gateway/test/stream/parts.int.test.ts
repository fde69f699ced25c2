/** Streams over the real entities and models: what comes of an edit, a deletion, a reaction, a receipt. */
import { PostMessageAnswer } from "@parley/domain/wire/http"
import { SyncPage } from "@parley/domain/wire/syncPage"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { Person, read } from "../http/Person.ts"
import { type Frame, Socket } from "../http/Socket.ts"
import { startApp, type TestApp } from "../http/TestApp.ts"

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

let count = 0
const people = (...names: ReadonlyArray<string>): Promise<ReadonlyArray<Person>> => {
  const round = ++count
  return Promise.all(names.map((name) => Person.signIn(app, `${name}-${round}`)))
}

/** Connected from now on. */
const connect = async (person: Person, device = "phone"): Promise<Socket> => {
  const socket = await Socket.open(person, device)
  await socket.ask({ type: "sync", payload: { cursor: socket.frames[0]!.payload["cursor"] } })
  return socket
}

const said = async (person: Person, id: string, text: string) =>
  read(PostMessageAnswer, await person.say(id, `k-${++count}`, text))

const of = (socket: Socket, type: string): ReadonlyArray<Frame["payload"]> =>
  socket.frames.filter((frame) => frame.type === type).map(({ payload }) => payload)

describe("what happens to a message", () => {
  it("reaches every member as it happens, and is the present for who comes later, by stream and by page", async () => {
    const [ann, bob] = await people("ann", "bob")
    const id = await ann!.group([bob!.id])
    const [mine, his] = [await connect(ann!), await connect(bob!)]
    const cursor = his.frames[0]!.payload["cursor"] as string
    const first = await said(ann!, id, "first")
    const second = await said(ann!, id, "second")
    const about = (type: string, payload: object) => mine.ask({ type, conversation_id: id, payload })
    const edited = await about("message.edit", { message_id: first.message_id, text: "first!" })
    const deleted = await about("message.delete", { message_id: second.message_id })
    const reacted = await about("reaction.add", { message_id: first.message_id, emoji: "👍" })
    expect([edited, deleted, reacted].map(({ payload }) => payload)).toEqual(
      [3, 4, 5].map((seq) => ({ seq })),
    )
    expect((await about("reaction.add", { message_id: first.message_id, emoji: "👍" })).payload).toEqual({
      seq: 5,
    })
    await his.until((frame) => frame.seq === 5)
    expect(his.frames.flatMap((frame) => (frame.seq === undefined ? [] : [[frame.type, frame.seq]]))).toEqual(
      [
        ["message.new", 1],
        ["message.new", 2],
        ["message.edited", 3],
        ["message.deleted", 4],
        ["reaction.added", 5],
      ],
    )
    const later = await Socket.open(bob!, "web")
    await later.ask({ type: "sync", payload: { cursor, known: { [id]: 0 } } })
    const page = read(SyncPage, await bob!.get(`/v1/sync?cursor=${cursor}`))
    for (const frames of [later.frames, page.frames]) {
      const shown = frames.filter(({ type }) => type === "message.new").map(({ payload }) => payload)
      expect(shown[0]).toMatchObject({ text: "first!" })
      expect(shown[1]).toMatchObject({ deleted: true })
      expect(shown[1]).not.toHaveProperty("text")
    }
    expect(page.complete).toBe(true)
    expect(page.frames[0]!.type).toBe("inbox.added")
    expect((await bob!.get("/v1/sync?cursor=nonsense")).status).toBe(400)
    expect((await bob!.get(`/v1/sync?cursor=${mine.frames[0]!.payload["cursor"] as string}`)).status).toBe(
      400,
    )
    for (const socket of [mine, his, later]) socket.close()
  })

  it("is hidden from who joined later, where members see only what happened since", async () => {
    const [ann, bob] = await people("ann", "bob")
    const id = await ann!.group([], { history: "from_join" })
    const before = await said(ann!, id, "before")
    await ann!.post(`/v1/groups/${id}/members`, { add: [{ user_id: bob!.id }] })
    const [mine, his] = [await connect(ann!), await connect(bob!)]
    const payload = { message_id: before.message_id, emoji: "👀" }
    await mine.ask({ type: "reaction.add", conversation_id: id, payload })
    const after = await said(ann!, id, "after")
    await his.until((frame) => frame.seq === after.seq)
    expect(his.frames.find((frame) => frame.seq === after.seq - 1)).toMatchObject({
      type: "event.hidden",
      payload: {},
    })
    const cursor = his.frames[0]!.payload["cursor"] as string
    const page = read(SyncPage, await bob!.get(`/v1/sync?cursor=${cursor}`))
    expect(page.frames.map(({ type }) => type)).toEqual(["inbox.added", "event.hidden", "message.new"])
    for (const socket of [mine, his]) socket.close()
  })
})

describe("a receipt", () => {
  it("is told to the sender and to the reader's other connections, with the unread number of the inbox", async () => {
    const [ann, bob] = await people("ann", "bob")
    const id = await ann!.with(bob!.id)
    const [mine, phone, web] = [await connect(ann!), await connect(bob!), await connect(bob!, "web")]
    const sent = [await said(ann!, id, "1"), await said(ann!, id, "2"), await said(ann!, id, "3")]
    await phone.ask({ type: "receipt.delivered", conversation_id: id, payload: { up_to_seq: 99 } })
    await phone.ask({ type: "receipt.read", conversation_id: id, payload: { up_to_seq: 2 } })
    const delivery = await mine.until((frame) => frame.type === "receipt.delivery")
    const reading = await mine.until((frame) => frame.type === "receipt.read")
    expect(delivery.payload).toEqual({
      recipient_id: bob!.id,
      device_id: "phone",
      up_to_seq: 3,
      message_id: sent[2]!.message_id,
    })
    const told = { user_id: bob!.id, last_read: sent[1]!.message_id, up_to_seq: 2 }
    expect(reading.payload).toEqual(told)
    expect((await web.until((frame) => frame.type === "receipt.read")).payload).toEqual(told)
    const marker = { last_seq: 3, read_seq: 2, unread: 1 }
    for (const socket of [phone, web])
      expect((await socket.until((frame) => frame.type === "inbox.updated")).payload).toEqual(marker)
    expect(of(phone, "receipt.read")).toEqual([])
    expect((await bob!.get("/v1/conversations")).json).toMatchObject({ items: [{ unread: 1, read_seq: 2 }] })
    const late = await Socket.open(ann!, "web")
    await late.ask({ type: "sync", payload: {} })
    expect(of(late, "receipt.read")).toEqual([told])
    expect(of(late, "receipt.delivery")).toEqual([delivery.payload])
    for (const socket of [mine, phone, web, late]) socket.close()
  })

  it("of who hides his reading is told to nobody else, live and later", async () => {
    const [ann, bob] = await people("ann", "bob")
    await bob!.put("/v1/users/me", { send_read_receipts: false })
    const id = await ann!.with(bob!.id)
    const [mine, phone, web] = [await connect(ann!), await connect(bob!), await connect(bob!, "web")]
    await said(ann!, id, "1")
    await phone.ask({ type: "receipt.read", conversation_id: id, payload: { up_to_seq: 1 } })
    await phone.ask({ type: "receipt.delivered", conversation_id: id, payload: { up_to_seq: 1 } })
    await web.until((frame) => frame.type === "receipt.read")
    await mine.until((frame) => frame.type === "receipt.delivery")
    expect(of(mine, "receipt.read")).toEqual([])
    const late = await Socket.open(ann!, "web")
    await late.ask({ type: "sync", payload: {} })
    expect([of(late, "receipt.read").length, of(late, "receipt.delivery").length]).toEqual([0, 1])
    for (const socket of [mine, phone, web, late]) socket.close()
  })

  it("by HTTP is told like one by the stream", async () => {
    const [ann, bob] = await people("ann", "bob")
    const id = await ann!.with(bob!.id)
    const [mine, his] = [await connect(ann!), await connect(bob!)]
    await said(ann!, id, "1")
    expect((await bob!.post(`/v1/conversations/${id}/receipts`, { read_up_to: 1 })).status).toBe(204)
    expect((await mine.until((frame) => frame.type === "receipt.read")).payload["up_to_seq"]).toBe(1)
    expect((await his.until((frame) => frame.type === "inbox.updated")).payload["unread"]).toBe(0)
    for (const socket of [mine, his]) socket.close()
  })

  it("that waits when the server stops is in the log before it has stopped", async () => {
    const own = await startApp()
    const [ann, bob] = [await Person.signIn(own, "ann"), await Person.signIn(own, "bob")]
    const id = await ann.with("bob")
    await said(ann, id, "1")
    const socket = await Socket.open(bob)
    const before = own.head()
    await socket.ask({ type: "receipt.read", conversation_id: id, payload: { up_to_seq: 1 } })
    await own.close()
    expect(own.streamsSince(before)).toEqual(["user-bob"])
  })
})
