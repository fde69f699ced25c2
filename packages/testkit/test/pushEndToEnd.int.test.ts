/** People whose windows are closed, over the whole product: from a message to what their service worker or phone gets. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, it } from "vitest"
import { FakeFcm } from "../src/push/FakeFcm.ts"
import { FakeWebPush } from "../src/push/FakeWebPush.ts"
import { type Answer, call, RawUser } from "../src/raw/RawClient.ts"
import { type RunningParley, startParley } from "../src/startParley.ts"

const directory = mkdtempSync(join(tmpdir(), "parley-push-"))
let parley: RunningParley
let service: FakeWebPush
let fcm: FakeFcm
beforeAll(async () => {
  ;[service, fcm] = await Promise.all([FakeWebPush.start(), FakeFcm.start()])
  const [account, certificate] = [join(directory, "account.json"), join(directory, "fcm.pem")]
  writeFileSync(account, JSON.stringify(fcm.account))
  writeFileSync(certificate, fcm.ca)
  parley = await startParley({
    env: {
      PARLEY_WEBPUSH_PRIVATE_ENDPOINTS: "true",
      PARLEY_FCM_SERVICE_ACCOUNT: account,
      PARLEY_FCM_PROXY: fcm.proxy,
      NODE_EXTRA_CA_CERTS: certificate,
    },
  })
})
afterAll(async () => {
  await parley.stop()
  await Promise.all([service.close(), fcm.close()])
  rmSync(directory, { recursive: true })
})

const bodyOf = async (answer: Promise<Answer>) => {
  const { status, body } = await answer
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`)
  return body
}

it.concurrent("one who is away gets one push for several messages, with the badge; reading elsewhere clears it; a dead subscription is taken away", async ({
  expect,
}) => {
  const [ann, bob] = [await RawUser.login(parley.url, "ann"), await RawUser.login(parley.url, "bob")]
  const { vapid_public_key } = await bodyOf(ann.get("/v1/push/config"))
  const subscription = service.subscribe(vapid_public_key, "closed")
  const push = { provider: "webpush", subscription }
  await bodyOf(call(ann.base, "PUT", "/v1/devices/closed-tab", ann.token, { platform: "web", push }))

  const { id } = await bodyOf(bob.post("/v1/conversations", { kind: "direct", user_id: "ann" }))
  let seq = 0
  for (const client_msg_id of ["m1", "m2", "m3"])
    ({ seq } = await bodyOf(
      bob.post("/v1/messages", {
        conversation_id: id,
        client_msg_id,
        text: `Soup ${client_msg_id}`,
      }),
    ))
  const messages = () => service.pushed.filter(({ payload }) => payload["kind"] === "message")
  await service.until(() => messages().length > 0)
  const [shown] = messages()
  expect(shown?.payload).toMatchObject({ conversation_id: id, badge: 3, count: "3", seq: String(seq) })
  expect(shown?.topic).toBe(shown?.payload["tag"])

  await bodyOf(ann.post(`/v1/conversations/${id}/receipts`, { read_up_to: seq }))
  await service.until((pushed) => pushed.some(({ payload }) => payload["kind"] === "clear"))
  const clear = service.pushed.find(({ payload }) => payload["kind"] === "clear")
  expect(clear?.payload).toMatchObject({ conversation_id: id, badge: 0, tag: shown?.payload["tag"] })
  expect(messages()).toHaveLength(1)

  const before = service.requests
  service.unsubscribe("closed")
  await bodyOf(bob.post("/v1/messages", { conversation_id: id, client_msg_id: "m4", text: "Gone?" }))
  const device = async () => (await bodyOf(ann.get("/v1/devices"))).items[0]
  await expect.poll(async () => (await device()).push, { timeout: 30_000 }).toBeUndefined()
  expect(await device()).toMatchObject({ device_id: "closed-tab", platform: "web" })
  expect(await device()).not.toHaveProperty("push")
  expect([service.requests - before, service.faults]).toEqual([1, []])

  const report = await (await fetch(`${parley.opsUrl}/push/users/ann`)).text()
  expect(report).toContain('"outcome":"sent"')
  expect(report).toContain('"reason":"dead_token"')
  for (const secret of [subscription.endpoint, subscription.keys.auth, "Soup"]) {
    expect(report).not.toContain(secret)
    expect(parley.output()).not.toContain(secret)
  }
}, 120_000)

it.concurrent("a phone gets its push by FCM from the unmodified SDK; a token that FCM calls dead is taken away, the other stays", async ({
  expect,
}) => {
  const [cyd, dan] = [await RawUser.login(parley.url, "cyd"), await RawUser.login(parley.url, "dan")]
  for (const [device, platform] of [
    ["phone", "android"],
    ["old-phone", "ios"],
  ] as const) {
    const push = { provider: "fcm", token: `token-of-${device}` }
    await bodyOf(call(cyd.base, "PUT", `/v1/devices/${device}`, cyd.token, { platform, push }))
  }
  fcm.unregister("token-of-old-phone")
  const { id } = await bodyOf(dan.post("/v1/conversations", { kind: "direct", user_id: "cyd" }))
  await bodyOf(dan.post("/v1/messages", { conversation_id: id, client_msg_id: "m1", text: "Stew tonight" }))

  const devices = async () => {
    const { items } = await bodyOf(cyd.get("/v1/devices"))
    return Object.fromEntries(items.map((one: { device_id: string }) => [one.device_id, "push" in one]))
  }
  await expect.poll(devices, { timeout: 30_000 }).toEqual({ phone: true, "old-phone": false })
  // The phone heard of the second device, too.
  await expect
    .poll(() => fcm.messages.map(({ data }) => data?.["kind"]), { timeout: 30_000 })
    .toEqual(["security", "message"])
  expect(fcm.messages[1]).toMatchObject({
    token: "token-of-phone",
    data: { kind: "message", conversation_id: id },
    notification: { title: "dan", body: "Stew tonight" },
  })
  expect(new Set(fcm.messages.map(({ token }) => token)).size).toBe(1)
  expect([fcm.sends, fcm.faults]).toEqual([3, []])
  const report = await (await fetch(`${parley.opsUrl}/push/users/cyd`)).text()
  expect(report).toContain('"outcome":"sent"')
  expect(report).toContain('"reason":"dead_token"')
  for (const secret of ["token-of-", "Stew"]) {
    expect(report).not.toContain(secret)
    expect(parley.output()).not.toContain(secret)
  }
}, 120_000)
