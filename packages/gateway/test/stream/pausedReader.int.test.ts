/** A reader who stops reading and reads again, over real sockets. */
import { StreamToken } from "@parley/domain/wire/http"
import { afterAll, beforeAll, expect, it } from "vitest"
import { WebSocket } from "ws"
import { Person, read } from "../http/Person.ts"
import type { Frame } from "../http/Socket.ts"
import { startApp, type TestApp } from "../http/TestApp.ts"

let app: TestApp
beforeAll(async () => {
  app = await startApp()
})
afterAll(() => app.close())

/** Long enough for any machine. */
const patienceMs = 20_000
const mostRounds = 150
const atOnce = 20
const text = "x".repeat(16_000)

const until = async (holds: () => boolean): Promise<void> => {
  await expect.poll(holds, { timeout: patienceMs, interval: 5 }).toBe(true)
}

/** A connection that has synced, without the judge of every frame: there are many megabytes of them. */
const connect = async (person: Person) => {
  const { token, url } = read(StreamToken, await person.post("/v1/ws/token", { device_id: "phone" }))
  const socket = new WebSocket(url, { headers: { authorization: `Bearer ${token}` } })
  const got: Array<Pick<Frame, "type" | "seq">> = []
  socket.on("message", (data: Buffer) => {
    const { seq, type } = JSON.parse(data.toString()) as Frame
    got.push({ type, ...(seq === undefined ? {} : { seq }) })
    if (type === "hello") socket.send(JSON.stringify({ id: "s", type: "sync", payload: {} }))
  })
  await until(() => got.some(({ type }) => type === "ack"))
  const seqs = () => got.flatMap(({ seq }) => (seq === undefined ? [] : [seq]))
  return { socket, seqs, typing: () => got.filter(({ type }) => type === "typing").length }
}

it("who stops reading holds nobody up, and gets every message in order when he reads again; typing he does not get", async () => {
  const [ann, bob, cleo] = await Promise.all(["ann", "bob", "cleo"].map((name) => Person.signIn(app, name)))
  const conversation_id = await ann!.group(["bob", "cleo"])
  const [writer, slow, other] = [await connect(ann!), await connect(bob!), await connect(cleo!)]
  let sent = 0
  /** Until the others have got it: they live in this process, too, and must be let read. */
  const say = async (): Promise<void> => {
    await Promise.all(
      Array.from({ length: atOnce }, () =>
        app.ask(conversation_id, {
          _tag: "SendMessage",
          origin: { actor: "ann", correlation: "req_1" },
          clientMsgId: `k-${++sent}`,
          body: { text },
        }),
      ),
    )
    await until(() => [writer, other].every(({ seqs }) => seqs().at(-1) === sent))
  }

  slow.socket.pause()
  // The kernels take some megabytes before anything waits in the server.
  for (let round = 0; round < mostRounds && app.counters.slowStopped === 0; round++) await say()
  expect(app.counters.slowStopped).toBe(1)
  await say()
  const typing = { id: "t", type: "typing", conversation_id, payload: { state: "start" } }
  writer.socket.send(JSON.stringify(typing))
  await until(() => other.seqs().at(-1) === sent && other.typing() === 1)

  slow.socket.resume()
  await until(() => slow.seqs().at(-1) === sent)
  const all = Array.from({ length: sent + 1 }, (_, seq) => seq)
  expect(slow.seqs().slice(-sent)).toEqual(all.slice(1))
  expect(other.seqs().slice(-sent)).toEqual(all.slice(1))
  expect([slow.typing(), app.counters.caughtUp]).toEqual([0, 1])
  for (const { socket } of [writer, slow, other]) socket.close()
}, 60_000)
