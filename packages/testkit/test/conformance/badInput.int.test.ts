import { createHmac, randomUUID } from "node:crypto"
import { WebSocket } from "ws"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Answer, RawUser } from "../../src/raw/RawClient.ts"
import { type RunningParley, startParley } from "../../src/startParley.ts"

const secret = "a secret of at least thirty-two bytes"
let parley: RunningParley
beforeAll(async () => {
  parley = await startParley({ env: { PARLEY_JWT_SECRET: secret } })
})
afterAll(() => parley.stop())

let people = 0
const person = (): Promise<RawUser> => RawUser.login(parley.url, `person-${people++}`)
const pair = async (): Promise<{ ann: RawUser; bob: RawUser; conversation: string }> => {
  const [ann, bob] = [await person(), await person()]
  const { body } = await ann.post("/v1/conversations", { kind: "direct", user_id: bob.userId })
  return { ann, bob, conversation: body.id }
}

/** The server goes on: somebody new can sign in, connect, send and be acknowledged. */
const goesOn = async (): Promise<void> => {
  const { ann, conversation } = await pair()
  const socket = await ann.live()
  expect((await socket.say(conversation, "still-here", "hello")).type).toBe("ack")
  await socket.close()
}

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")
const token = (header: object, claims: object, key: string | undefined): string => {
  const text = `${encode(header)}.${encode(claims)}`
  return `${text}.${key === undefined ? "" : createHmac("sha256", key).update(text).digest("base64url")}`
}
const hs256 = { alg: "HS256", typ: "JWT" }
const inAnHour = Math.floor(Date.now() / 1_000) + 3_600

describe("bad tokens", () => {
  const bad: ReadonlyArray<readonly [string, string]> = [
    ["alg none", token({ alg: "none" }, { sub: "ann", exp: inAnHour }, undefined)],
    ["another key", token(hs256, { sub: "ann", exp: inAnHour }, "another secret of thirty-two bytes.")],
    ["no exp", token(hs256, { sub: "ann" }, secret)],
    ["expired", token(hs256, { sub: "ann", exp: inAnHour - 7_200 }, secret)],
    ["no sub", token(hs256, { exp: inAnHour }, secret)],
    ["a malformed sub", token(hs256, { sub: "not a user id", exp: inAnHour }, secret)],
    ["another algorithm", token({ alg: "HS512" }, { sub: "ann", exp: inAnHour }, secret)],
    ["garbage", "abc"],
    ["garbage in three parts", "a.b.c"],
  ]
  it.each(bad)("with %s is unauthenticated", async (_what, access) => {
    const user = new RawUser(parley.url, "ann", access)
    const { status, body, headers } = await user.get("/v1/conversations")
    expect([status, body.code]).toEqual([401, "unauthenticated"])
    expect(headers.get("www-authenticate")).toBe("Bearer")
  })

  it("accepts a token of the configured secret, and registers its user", async () => {
    const access = token(hs256, { sub: "from-outside", exp: inAnHour }, secret)
    const user = new RawUser(parley.url, "from-outside", access)
    expect((await user.get("/v1/conversations")).body).toEqual({ items: [] })
  })

  const upgrade = (url: string, headers: Record<string, string>, protocols: Array<string> = []) =>
    new Promise<number>((resolve) => {
      const socket = new WebSocket(url, protocols, { headers })
      socket.once("unexpected-response", (_request, response) => {
        resolve(response.statusCode ?? 0)
        socket.terminate()
      })
      socket.once("open", () => {
        resolve(101)
        socket.close()
      })
      socket.on("error", () => undefined)
    })

  it("refuses an upgrade without, with a used, a foreign and an access token, and for another version and origin", async () => {
    const ann = await person()
    const { token: stream, url } = await ann.streamToken()
    const bearer = (value: string) => ({ authorization: `Bearer ${value}` })
    expect(await upgrade(url, {})).toBe(401)
    expect(await upgrade(url, bearer("abc"))).toBe(401)
    expect(await upgrade(url, bearer(ann.token))).toBe(401)
    expect(await upgrade(url.replace("v=1", "v=2"), bearer(stream))).toBe(426)
    expect(await upgrade(url.replace("?v=1", ""), bearer(stream))).toBe(426)
    expect(await upgrade(url, { ...bearer(stream), origin: "https://evil.example" })).toBe(403)
    // None of the refusals used it up; the first connection does.
    expect(await upgrade(url, {}, ["parley.v1", `bearer.${stream}`])).toBe(101)
    expect(await upgrade(url, bearer(stream))).toBe(401)
    expect((await new RawUser(parley.url, ann.userId, stream).get("/v1/conversations")).status).toBe(401)
  })
})

describe("bad frames", () => {
  const send = (conversation: string, payload: string, more = ""): string =>
    `{"id":"bad","type":"message.send","conversation_id":"${conversation}","client_msg_id":"${randomUUID()}"${more},"payload":${payload}}`

  const answered: ReadonlyArray<readonly [string, (conversation: string) => string, string]> = [
    ["an unknown type", () => '{"id":"bad","type":"nope","payload":{}}', "bad_request"],
    [
      "no payload",
      (c) => `{"id":"bad","type":"message.send","conversation_id":"${c}","client_msg_id":"x"}`,
      "bad_request",
    ],
    ["a number for a text", (c) => send(c, '{"text":1}'), "bad_request"],
    ["an empty payload", (c) => send(c, "{}"), "bad_request"],
    ["a list for a payload", (c) => send(c, "[]"), "bad_request"],
    ["a malformed conversation", () => send("cnv_1", '{"text":"x"}'), "bad_request"],
    ["a NUL", (c) => send(c, '{"text":"a\\u0000b"}'), "bad_request"],
    ["a lone surrogate", (c) => send(c, '{"text":"a\\ud800b"}'), "bad_request"],
    ["a lone surrogate in a key", (c) => send(c, '{"text":"x","metadata":{"\\udc00":1}}'), "bad_request"],
    [
      "50,000 levels",
      (c) => send(c, `{"metadata":${"[".repeat(50_000)}${"]".repeat(50_000)}}`),
      "bad_request",
    ],
    ["too long a text", (c) => send(c, `{"text":"${"x".repeat(16_001)}"}`), "payload_too_large"],
    [
      "too much metadata",
      (c) => send(c, `{"text":"x","metadata":{"a":"${"x".repeat(5_000)}"}}`),
      "payload_too_large",
    ],
    [
      "eleven media",
      (c) => send(c, `{"media":[${Array(11).fill('"med_1"').join(",")}]}`),
      "payload_too_large",
    ],
    ["a stranger's conversation", () => send("cnv_00000000000000000000000000", '{"text":"x"}'), "not_found"],
    [
      "a negative seq in known",
      () => '{"id":"bad","type":"sync","payload":{"known":{"cnv_00000000000000000000000000":-1}}}',
      "bad_request",
    ],
    [
      "a fractional seq in known",
      () => '{"id":"bad","type":"sync","payload":{"known":{"cnv_00000000000000000000000000":1.5}}}',
      "bad_request",
    ],
    [
      "a huge seq in known",
      () => '{"id":"bad","type":"sync","payload":{"known":{"cnv_00000000000000000000000000":1e300}}}',
      "bad_request",
    ],
  ]
  it.each(answered)("%s: an error, and the connection goes on", async (_what, frame, code) => {
    const { ann, conversation } = await pair()
    const socket = await ann.live()
    socket.sendText(frame(conversation))
    const error = await socket.wait((one) => one.reply_to === "bad")
    expect([error.type, error.payload.code]).toEqual(["error", code])
    expect(JSON.stringify(error)).not.toMatch(/\/packages\/|node_modules|SELECT|at .*\.ts/)
    expect((await socket.say(conversation, "after", "fine")).type).toBe("ack")
    await socket.close()
  })

  it("__proto__ and constructor are data like any other key", async () => {
    const { ann, bob, conversation } = await pair()
    const socket = await ann.live()
    socket.sendText(
      send(
        conversation,
        '{"text":"x","metadata":{"__proto__":{"polluted":true},"constructor":"c"},"__proto__":{"text":"y"}}',
      ),
    )
    expect((await socket.wait((one) => one.reply_to === "bad")).type).toBe("ack")
    const { items } = (await bob.get(`/v1/conversations/${conversation}/messages`)).body
    expect(items[0].text).toBe("x")
    expect(JSON.stringify(items[0].metadata)).toBe('{"__proto__":{"polluted":true},"constructor":"c"}')
    await socket.close()
  })

  const malformed: ReadonlyArray<readonly [string, string | Buffer, boolean]> = [
    ["broken JSON", '{"id":', false],
    ["no object", "[]", false],
    ["no id", '{"type":"sync","payload":{}}', false],
    ["a binary frame", Buffer.from("{}"), true],
  ]
  it.each(malformed)(
    "%s: an error without reply_to, and 4501 after more than three",
    async (_what, data, binary) => {
      const ann = await person()
      const socket = await ann.live()
      for (let i = 0; i < 4; i++) socket.sendText(data, binary)
      expect((await socket.closed).code).toBe(4501)
      const errors = socket.frames.filter((frame) => frame.type === "error")
      expect(errors.length).toBeGreaterThanOrEqual(3)
      expect(errors[0]!.reply_to).toBeUndefined()
      expect(errors[0]!.payload.code).toBe("bad_request")
    },
  )

  it("300 KiB close 4513, 2 MiB close 1009, bytes that are no UTF-8 close 1007", async () => {
    const closing = async (data: Buffer, raw = false): Promise<number> => {
      const socket = await (await person()).live()
      if (raw) socket.socket.send(data, { binary: false })
      else socket.sendText(data)
      return (await socket.closed).code
    }
    expect(await closing(Buffer.alloc(300 * 1_024, 32))).toBe(4513)
    expect(await closing(Buffer.alloc(2 * 1_024 * 1_024, 32))).toBe(1009)
    expect(await closing(Buffer.from([0x22, 0xff, 0xfe, 0x22]), true)).toBe(1007)
    await goesOn()
  })

  it("an ex-member's send is not_found, also as a retry of what was acknowledged", async () => {
    const [ann, bob] = [await person(), await person()]
    const { id } = (await ann.post("/v1/groups", { name: "g", member_ids: [bob.userId] })).body
    const bobs = await bob.live()
    expect((await bobs.say(id, "m1", "hello")).type).toBe("ack")
    await ann.post(`/v1/groups/${id}/members`, { remove: [bob.userId] })
    for (const key of ["m1", "m2"]) expect((await bobs.say(id, key, "hello")).payload.code).toBe("not_found")
    expect((await bob.get(`/v1/conversations/${id}/messages`)).status).toBe(404)
    await bobs.close()
  })

  it("more than the rate allows is rate_limited, with the time to wait, and nothing is lost", async () => {
    const { ann, bob, conversation } = await pair()
    const socket = await ann.live()
    const ids = Array.from({ length: 40 }, (_, i) =>
      socket.send("message.send", { text: "x" }, { conversation_id: conversation, client_msg_id: `m${i}` }),
    )
    const answers = await Promise.all(ids.map((id) => socket.wait((frame) => frame.reply_to === id)))
    const limited = answers.filter((answer) => answer.type === "error")
    expect(limited.length).toBeGreaterThan(0)
    for (const { payload } of limited) {
      expect(payload).toMatchObject({ code: "rate_limited", status: 429, retryable: true })
      expect(payload.retry_after_ms).toBeGreaterThan(0)
    }
    const acked = answers.filter((answer) => answer.type === "ack").map(({ payload }) => payload.message_id)
    expect((await bob.history(conversation)).map((message) => message.message_id)).toEqual(acked)
    let posted = 0
    const post = () =>
      ann.post("/v1/messages", { conversation_id: conversation, client_msg_id: `h${posted++}`, text: "x" })
    // A machine that has no time answers so slowly that the bucket fills meanwhile.
    let refused: Answer | undefined
    for (let round = 0; refused === undefined && round < 20; round++)
      refused = (await Promise.all(Array.from({ length: 40 }, post))).find(({ status }) => status === 429)
    for (const header of ["retry-after", "ratelimit", "ratelimit-policy"])
      expect(refused?.headers.get(header)).toEqual(expect.any(String))
    await socket.close()
  })
})
