/** Connections that come at once, that expire, and that a stopping server sends away under load. */
import { connect } from "@parley/client/connect"
import { signAccessToken } from "@parley/gateway/auth/signAccessToken"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type RawSocket, RawUser } from "../../src/raw/RawClient.ts"
import { startParley, type RunningParley } from "../../src/startParley.ts"

const secret = "a secret of at least thirty-two bytes"
let parley: RunningParley
beforeAll(async () => {
  const env = {
    PARLEY_JWT_SECRET: secret,
    PARLEY_LIMIT_MESSAGES_PER_SECOND: "1000",
    PARLEY_LIMIT_MESSAGES_BURST: "1000",
    PARLEY_LIMIT_CONVERSATION_MESSAGES_PER_SECOND: "1000",
    PARLEY_LIMIT_CONVERSATION_MESSAGES_BURST: "1000",
  }
  parley = await startParley({ env })
})
afterAll(() => parley.stop())

const tokenFor = (userId: string, seconds: number): Promise<string> =>
  signAccessToken(Redacted.make(secret), { userId, expiresAt: Math.floor(Date.now() / 1_000) + seconds })

it("of five connections of one device made at the same moment one stays, the others are closed 4511", async () => {
  const ann = await RawUser.login(parley.url, "ann")
  const tokens = await Promise.all(Array.from({ length: 5 }, () => ann.connect("phone")))
  const codes: Array<number> = []
  const ended = tokens.map((socket) => socket.closed.then(({ code }) => codes.push(code)))
  await expect.poll(() => codes, { timeout: 10_000 }).toEqual([4511, 4511, 4511, 4511])
  const [stays] = tokens.filter(({ socket }) => socket.readyState === socket.OPEN)
  expect((await stays!.request("sync", {})).type).toBe("ack")
  stays!.socket.close()
  await Promise.all(ended)
})

it("the 21st connection of a person is greeted and closed 4504, and the others stay", async () => {
  const eve = await RawUser.login(parley.url, "eve")
  const sockets = await Promise.all(Array.from({ length: 20 }, (_, n) => eve.connect(`tab-${n}`)))
  const last = await eve.connect("tab-20")
  expect((await last.closed).code).toBe(4504)
  expect(sockets.every(({ socket }) => socket.readyState === socket.OPEN)).toBe(true)
  for (const { socket } of sockets) socket.close()
})

it("a stream closes 4003 when its access token expires, and the SDK renews it: every message once, in order", async () => {
  const ann = await RawUser.login(parley.url, "ann")
  const { id } = (await ann.post("/v1/conversations", { kind: "direct", user_id: "bob" })).body
  let tokens = 0
  const bob = connect({
    url: parley.url,
    userId: "bob",
    deviceId: "laptop",
    token: () => tokenFor("bob", tokens++ === 0 ? 3 : 3_600),
  })
  const raw = new RawUser(parley.url, "bob", await tokenFor("bob", 3))
  const witness = await raw.connect("witness")
  let said = 0
  const say = async (): Promise<void> => {
    const text = `${said++}`
    const { status } = await ann.post("/v1/messages", {
      conversation_id: id,
      client_msg_id: `x${text}`,
      text,
    })
    expect(status).toBe(201)
  }
  let code: number | undefined
  const expiry = witness.closed.then((closed) => closed.code)
  while (code === undefined) code = await Promise.race([expiry, say().then(() => undefined)])
  expect(code).toBe(4003)
  await expect.poll(() => [tokens, bob.status.phase], { timeout: 10_000 }).toEqual([2, "live"])
  await say()
  const texts = () => bob.entries(id).flatMap((entry) => (entry.kind === "message" ? [entry.text] : []))
  await expect.poll(() => texts().at(-1), { timeout: 10_000 }).toBe(`${said - 1}`)
  const held = texts()
  expect(held).toEqual(Array.from({ length: held.length }, (_, n) => `${said - held.length + n}`))
  bob.close()
})

/** Sends until its connection ends. The keys that were acknowledged, and all. */
const talk = async (socket: RawSocket, conversation: string, name: string) => {
  let sent = 0
  let answered: unknown
  const gone = socket.closed.then(() => "gone" as const)
  while (answered !== "gone") {
    const key = `${name}-${sent++}`
    socket.send("message.send", { text: key }, { id: key, conversation_id: conversation, client_msg_id: key })
    // What the server does not take any more is not answered: the connection ends.
    const answer = socket.wait((frame) => frame.reply_to === key).catch(() => undefined)
    answered = await Promise.race([answer, gone])
  }
  const answers = socket.frames.filter(({ reply_to }) => reply_to?.startsWith(name) === true)
  return {
    keys: Array.from({ length: sent }, (_, n) => `${name}-${n}`),
    acked: answers.filter(({ type }) => type === "ack").map(({ reply_to }) => reply_to!),
    refused: answers.filter(({ type }) => type === "error"),
  }
}

it("SIGTERM under load: a hundred are advised and closed 1012, what was acknowledged stands once, and what was not, once it is sent again", async () => {
  const people = await Promise.all(
    Array.from(
      { length: 100 },
      async (_, n) => new RawUser(parley.url, `p${n}`, await tokenFor(`p${n}`, 3_600)),
    ),
  )
  const [host] = people
  const { id } = (
    await host!.post("/v1/groups", { name: "all", member_ids: people.map((one) => one.userId) })
  ).body
  const sockets = await Promise.all(people.map((one) => one.live()))
  const talking = sockets.slice(0, 20).map((socket, n) => talk(socket, id, `w${n}`))
  await sockets[99]!.wait((frame) => frame.type === "message.new" && frame.payload.ordinal === 100)
  await parley.restart()
  const codes = await Promise.all(sockets.map(async (socket) => (await socket.closed).code))
  expect(new Set(codes)).toEqual(new Set([1012]))
  for (const { frames } of sockets)
    expect(frames.find(({ type }) => type === "draining")?.payload.reconnect_after_ms).toBeGreaterThanOrEqual(
      5_000,
    )
  const talked = await Promise.all(talking)
  expect(talked.flatMap(({ refused }) => refused)).toEqual([])
  for (const [n, { acked, keys }] of talked.entries())
    for (const key of keys.filter((one) => !acked.includes(one)))
      await people[n]!.post("/v1/messages", { conversation_id: id, client_msg_id: key, text: key })
  const stands = (await host!.history(id)).map(({ text }) => text).sort()
  expect(stands).toEqual(talked.flatMap(({ keys }) => keys).sort())
})
