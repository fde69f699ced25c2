/** What no well-meaning client sends: each has its code, and the server goes on. */
import { connect } from "node:net"
import { gzipSync } from "node:zlib"
import { MessagePage } from "@parley/domain/wire/http"
import { afterAll, afterEach, beforeAll, expect, it } from "vitest"
import { expectProblem, Person, read } from "./Person.ts"
import { startApp, type TestApp } from "./TestApp.ts"

/** Well formed, and nobody's: what is sound but for it is answered not_found. */
const nowhere = `cnv_${"0".repeat(26)}`

let app: TestApp
let ann: Person
let conversation: string
beforeAll(async () => {
  app = await startApp()
  ann = await Person.signIn(app, "ann")
  conversation = await ann.with("bob")
})
afterAll(() => app.close())
afterEach(async () => {
  const found = read(MessagePage, await ann.get(`/v1/conversations/${conversation}/messages`))
  expect(found.items).toEqual([])
})

const post = (body: NonNullable<RequestInit["body"]>, headers: Record<string, string> = {}) =>
  ann.postRaw("/v1/messages", body, headers)
const message = (more: string) =>
  `{"conversation_id":"${nowhere}","client_msg_id":"k","text":"x"${more === "" ? "" : `,${more}`}}`
const bytes = (...values: ReadonlyArray<number>) => new Uint8Array(values)

it("a sound message to nowhere: not_found", async () => {
  expectProblem(await post(message("")), "not_found")
})

it.each<readonly [string, NonNullable<RequestInit["body"]>]>([
  ["nothing", ""],
  ["broken JSON", '{"text":'],
  ["no JSON", "hello"],
  ["two values", "{} {}"],
  ["a scalar", "5"],
  ["null", "null"],
  ["a list", "[]"],
  ["bytes that are no UTF-8", bytes(0x22, 0xff, 0xfe, 0x22)],
  ["an overlong encoding", bytes(0x22, 0xc0, 0xaf, 0x22)],
  ["50,000-deep JSON", "[".repeat(50_000) + "]".repeat(50_000)],
  ["50,000-deep JSON without an end", '{"a":'.repeat(50_000)],
  ["33-deep metadata", message(`"metadata":{"a":${"[".repeat(32)}${"]".repeat(32)}}`)],
  ["a number for a text", `{"conversation_id":"${nowhere}","client_msg_id":"k","text":5}`],
  ["no client_msg_id", `{"conversation_id":"${nowhere}","text":"x"}`],
  ["a client_msg_id with a space", `{"conversation_id":"${nowhere}","client_msg_id":"a b","text":"x"}`],
  ["nothing said", `{"conversation_id":"${nowhere}","client_msg_id":"k"}`],
  ["a conversation id that is none", `{"conversation_id":"cnv_x","client_msg_id":"k","text":"x"}`],
])("%s: bad_request", async (_, body) => {
  expectProblem(await post(body), "bad_request")
})

it.each([
  ["a NUL in a text", '"metadata":{"a":["b","c\\u0000"]}', "metadata.a.1"],
  ["a lone surrogate", '"metadata":{"a":"\\ud800"}', "metadata.a"],
  ["a NUL in a key", '"metadata":{"a\\u0000":1}', "metadata"],
  ["a NUL in a field that is not known", '"unknown":"\\u0000"', "unknown"],
])("%s: bad_request with its path", async (_, more, path) => {
  const problem = expectProblem(await post(message(more)), "bad_request")
  expect(problem.errors?.map((one) => one.path)).toEqual([path])
})

it.each([
  ["text/plain", {}],
  ["application/x-www-form-urlencoded", {}],
  ["application/json-patch+json", {}],
  ["", {}],
])("content of type '%s': unsupported_media_type", async (type) => {
  expectProblem(await post(message(""), { "content-type": type }), "unsupported_media_type")
})

it("a compressed body: unsupported_media_type", async () => {
  const answered = await post(gzipSync(message("")), { "content-encoding": "gzip" })
  expectProblem(answered, "unsupported_media_type")
})

it("a body of 2 MiB: payload_too_large", async () => {
  expectProblem(await post("x".repeat(2 * 1_048_576)), "payload_too_large")
})

it("who sends too much before he listens can still read the answer", async () => {
  const socket = connect(app.port, "127.0.0.1")
  const body = "x".repeat(8 * 1_048_576)
  const head =
    `POST /v1/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ann.token}\r\n` +
    `content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`
  await new Promise<void>((resolve, reject) => {
    socket.on("error", reject)
    socket.write(head)
    socket.write(body, () => resolve())
  })
  const answer = await new Promise<string>((resolve, reject) => {
    socket.on("error", reject)
    socket.once("data", (data) => resolve(data.toString()))
  })
  socket.destroy()
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
})

it("a body over 1 MiB that does not say so beforehand: payload_too_large as soon as it is over", async () => {
  const socket = connect(app.port, "127.0.0.1")
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ann.token}\r\n` +
      "content-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n",
  )
  const chunk = `10000\r\n${"x".repeat(0x10000)}\r\n`
  for (let i = 0; i < 17; i++) socket.write(chunk)
  const answer = await new Promise<string>((resolve) =>
    socket.once("data", (data) => resolve(data.toString())),
  )
  socket.destroy()
  expect(answer).toMatch(/^HTTP\/1\.1 413 /)
})

it("a text over the limit: payload_too_large, with its path", async () => {
  const text = "x".repeat(16_001)
  const body = JSON.stringify({ conversation_id: conversation, client_msg_id: "k", text })
  const problem = expectProblem(await post(body), "payload_too_large")
  expect(problem.errors?.[0]?.path).toBe("text")
})

it("__proto__ and constructor are data like any other key", async () => {
  const metadata = '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'
  const id = await ann.with("proto")
  const body = `{"conversation_id":"${id}","client_msg_id":"k","text":"x","metadata":${metadata},"__proto__":{"text":5}}`
  expect((await ann.postRaw("/v1/messages", body)).status).toBe(201)
  const shown = await ann.get(`/v1/conversations/${id}/messages`)
  expect(shown.text).toContain(metadata)
  expect("polluted" in {}).toBe(false)
})

it("a request that is cut off in its body leaves the server as it was", async () => {
  const socket = connect(app.port, "127.0.0.1")
  await new Promise<void>((resolve) => socket.once("connect", resolve))
  socket.write(
    `POST /v1/messages HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${ann.token}\r\n` +
      'content-type: application/json\r\ncontent-length: 1000\r\n\r\n{"conv',
  )
  const closed = new Promise<void>((resolve) => socket.once("close", () => resolve()))
  socket.resetAndDestroy()
  await closed
  expect((await ann.get("/v1/conversations")).status).toBe(200)
})
