import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { WebSocket } from "ws"
import { afterAll, beforeAll, expect, it } from "vitest"
import { type Answer, call, type RawSocket, RawUser } from "../../src/raw/RawClient.ts"
import { inOneProcess, startParley, type RunningParley } from "../../src/startParley.ts"

const hasFiles = inOneProcess("data directory")
const directory = mkdtempSync(join(tmpdir(), "parley-people-"))
let parley: RunningParley
let ann: RawUser
let bob: RawUser
beforeAll(async () => {
  parley = await startParley(hasFiles ? { dataDir: directory } : {})
  ;[ann, bob] = [await RawUser.login(parley.url, "ann"), await RawUser.login(parley.url, "bob")]
})
afterAll(async () => {
  await parley.stop()
  rmSync(directory, { recursive: true, force: true })
})

const put = (user: RawUser, path: string, body?: unknown) => call(user.base, "PUT", path, user.token, body)
const remove = (user: RawUser, path: string) => call(user.base, "DELETE", path, user.token)

/** As a client does it: again while it is `unavailable`, for as long as a model may take to open. */
const served = async (ask: () => Promise<Answer>): Promise<Answer> => {
  const until = Date.now() + 30_000
  for (;;) {
    const answer = await ask()
    if (answer.status !== 503 || Date.now() > until) return answer
  }
}

it("what a person has set stands after a kill, at once and everywhere", async () => {
  const { id } = (await ann.post("/v1/conversations", { kind: "direct", user_id: "bob" })).body
  await put(ann, "/v1/users/me", { name: "Ann Verysecret", send_read_receipts: false })
  await put(ann, `/v1/conversations/${id}/mute`)
  await put(ann, "/v1/users/me/blocks/bob")
  await put(ann, "/v1/devices/laptop", { platform: "web" })
  await parley.kill9()
  await parley.restart()
  const search = await served(() => bob.get("/v1/users?q=verys"))
  expect(search.body.items).toEqual([{ user_id: "ann", name: "Ann Verysecret" }])
  expect((await ann.get("/v1/users/me")).body).toMatchObject({
    send_read_receipts: false,
    share_last_seen: true,
  })
  expect((await ann.get("/v1/users/me/mutes")).body.items).toMatchObject([{ conversation_id: id }])
  expect((await ann.get("/v1/users/me/blocks")).body.items).toMatchObject([{ user_id: "bob" }])
  expect((await ann.get("/v1/devices")).body.items).toMatchObject([{ device_id: "laptop" }])
  for (const user of [ann, bob])
    expect((await user.get(`/v1/conversations/${id}`)).body).toMatchObject({ can_send: false })
})

it("a revoked device stays out after a kill, by an earlier token as well, until it is registered again", async () => {
  const socket = await ann.live("lost")
  const { token, url } = await ann.streamToken("lost")
  expect((await remove(ann, "/v1/devices/lost")).status).toBe(204)
  expect(await socket.closed).toMatchObject({ code: 4503 })
  await parley.kill9()
  await parley.restart()
  expect(await ann.post("/v1/ws/token", { device_id: "lost" })).toMatchObject({
    status: 403,
    body: { code: "forbidden" },
  })
  const refused = new Promise<string>((resolve) =>
    new WebSocket(url, { headers: { authorization: `Bearer ${token}` } }).once("error", (cause) =>
      resolve(cause.message),
    ),
  )
  expect(await refused).toContain("401")
  await put(ann, "/v1/devices/lost", { platform: "android" })
  const back: RawSocket = await ann.live("lost")
  await back.close()
})

it.runIf(hasFiles)("no file holds a name or a push token as people read it", async () => {
  const push = { provider: "fcm", token: "a-very-particular-token" }
  await put(ann, "/v1/devices/phone", { platform: "android", push })
  await put(ann, "/v1/users/me", { name: "Ann Verysecret II" })
  await served(() => ann.get("/v1/users?q=verys"))
  await parley.stop()
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((file) =>
    file.isFile(),
  )
  expect(files.map(({ name }) => name)).toContain("directory.db")
  for (const { name, parentPath } of files) {
    const bytes = readFileSync(join(parentPath, name))
    for (const secret of ["Verysecret", "very-particular"])
      expect(bytes.includes(secret), `${name} holds ${secret}`).toBe(false)
  }
})
