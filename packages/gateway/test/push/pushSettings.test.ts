import { generateKeyPairSync, randomBytes } from "node:crypto"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { vapidOf } from "@parley/projections/push/senders/Vapid"
import * as Redacted from "effect/Redacted"
import { afterAll, describe, expect, it } from "vitest"
import { BadConfiguration, readConfig } from "../../src/Config.ts"

const directory = mkdtempSync(join(tmpdir(), "parley-push-"))
afterAll(() => rmSync(directory, { recursive: true }))

const complaints = (env: Record<string, string>): ReadonlyArray<string> => {
  try {
    readConfig({ PARLEY_DEV_LOGIN: "true", ...env })
  } catch (cause) {
    if (cause instanceof BadConfiguration) return cause.problems
    throw cause
  }
  return []
}
const file = (content: unknown): string => {
  const path = join(directory, `${randomBytes(4).toString("hex")}.json`)
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content))
  return path
}
const pem = generateKeyPairSync("rsa", { modulusLength: 2_048 }).privateKey.export({
  type: "pkcs8",
  format: "pem",
})
const account = { project_id: "parley", client_email: "push@parley.example", private_key: pem }
const elliptic = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey

it.each(["proxy.example:3128", "socks5://proxy.example", "http://"])(
  "a proxy to FCM that is none (%s) stops the start",
  (proxy) => {
    expect(complaints({ PARLEY_FCM_PROXY: proxy })).toEqual([
      "PARLEY_FCM_PROXY: expected a URL such as http://proxy.example:3128",
    ])
  },
)

describe("the service account of FCM", () => {
  it("is read once, and its key does not show", () => {
    const { push } = readConfig({ PARLEY_DEV_LOGIN: "true", PARLEY_FCM_SERVICE_ACCOUNT: file(account) })
    expect(push.fcm).toMatchObject({ projectId: "parley", clientEmail: "push@parley.example" })
    expect(JSON.stringify(push)).not.toContain("PRIVATE KEY")
  })

  it.each([
    ["is not there", () => join(directory, "none.json"), "cannot be read (ENOENT)"],
    ["is a directory", () => directory, "cannot be read (EISDIR)"],
    ["is no JSON", () => file("secret words"), "is not JSON"],
    ["is JSON of something else", () => file([1]), "it has no project_id, client_email, private_key"],
    ["lacks a field", () => file({ ...account, client_email: "" }), "it has no client_email"],
    ["holds no key", () => file({ ...account, private_key: "secret words" }), "its private_key is no key"],
    [
      "holds a key of another kind",
      () => file({ ...account, private_key: elliptic.export({ type: "pkcs8", format: "pem" }) }),
      "no RSA key",
    ],
  ])("that %s stops the start with the reason, and without its contents", (_, path, reason) => {
    const told = complaints({ PARLEY_FCM_SERVICE_ACCOUNT: path() })
    expect(told).toEqual([expect.stringMatching(/^PARLEY_FCM_SERVICE_ACCOUNT: /)])
    expect(told[0]).toContain(reason)
    expect(told[0]).not.toMatch(/secret words|PRIVATE/)
  })
})

describe("the keys of Web Push", () => {
  const pair = vapidOf("mailto:ops@chat.example", Redacted.make(randomBytes(32).toString("base64url")))
  const env = {
    PARLEY_VAPID_PUBLIC_KEY: pair.publicKey,
    PARLEY_VAPID_PRIVATE_KEY: Redacted.value(pair.privateKey),
    PARLEY_VAPID_SUBJECT: pair.subject,
  }
  it("are taken as a whole", () => {
    expect(readConfig({ PARLEY_DEV_LOGIN: "true", ...env }).push.vapid).toMatchObject({
      publicKey: pair.publicKey,
      subject: "mailto:ops@chat.example",
    })
    expect(readConfig({ PARLEY_DEV_LOGIN: "true" }).push).toEqual({
      privateEndpoints: false,
      content: "full",
    })
  })

  it.each([
    ["one missing", { PARLEY_VAPID_SUBJECT: "" }, ["PARLEY_VAPID_SUBJECT: needed"]],
    [
      "two missing",
      { PARLEY_VAPID_SUBJECT: "", PARLEY_VAPID_PUBLIC_KEY: "" },
      ["PARLEY_VAPID_PUBLIC_KEY: needed", "PARLEY_VAPID_SUBJECT: needed"],
    ],
    [
      "a subject that is none",
      { PARLEY_VAPID_SUBJECT: "ops@chat.example" },
      ["PARLEY_VAPID_SUBJECT: expected"],
    ],
    ["a short key", { PARLEY_VAPID_PRIVATE_KEY: "c2hvcnQ" }, ["PARLEY_VAPID_PRIVATE_KEY: expected 32 bytes"]],
    [
      "another's public key",
      {
        PARLEY_VAPID_PUBLIC_KEY: vapidOf("mailto:a@b.c", Redacted.make(randomBytes(32).toString("base64url")))
          .publicKey,
      },
      ["PARLEY_VAPID_PUBLIC_KEY: is not the public key"],
    ],
  ])("with %s stop the start, and do not show", (_, odd, reasons) => {
    const told = complaints({ ...env, ...odd })
    expect(told).toHaveLength(reasons.length)
    reasons.forEach((reason, index) => expect(told[index]).toContain(reason))
    expect(told.join()).not.toContain(Redacted.value(pair.privateKey))
  })
})
