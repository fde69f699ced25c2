import { mkdirSync, readFileSync } from "node:fs"
import { startParley } from "@parley/testkit/startParley"
import { expect, it } from "vitest"
import { parley } from "./command.ts"
import { ownDirectory } from "./directories.ts"

const path = ownDirectory()
const secret = "a secret of at least thirty-two bytes, for tests"

const claimsOf = (token: string) =>
  JSON.parse(Buffer.from(token.split(".")[1]!, "base64url").toString()) as {
    readonly exp: number
    readonly [claim: string]: unknown
  }
const inbox = async (url: string, token: string): Promise<number> =>
  (await fetch(`${url}/v1/conversations`, { headers: { authorization: `Bearer ${token}` } })).status

it("a server takes the token: of PARLEY_JWT_SECRET with issuer and audience, of development login", async () => {
  mkdirSync(path("data"))
  const jwt = { PARLEY_JWT_SECRET: secret, PARLEY_JWT_ISSUER: "shop", PARLEY_JWT_AUDIENCE: "chat" }
  const server = await startParley({ dataDir: path("data"), env: { PARLEY_DEV_LOGIN: "false", ...jwt } })
  try {
    const { status, stdout, stderr } = await parley(["token", "ann"], jwt)
    expect([status, stderr]).toEqual([0, ""])
    expect(await inbox(server.url, stdout.trim())).toBe(200)
    const elsewhere = await parley(["token", "ann"], { ...jwt, PARLEY_JWT_SECRET: `${secret}!` })
    expect(await inbox(server.url, elsewhere.stdout.trim())).toBe(401)
  } finally {
    await server.stop()
  }
  const open = await startParley({ dataDir: path("data") })
  try {
    const { status, stdout, stderr } = await parley(["token", "bob", "--data-dir", path("data")])
    expect(status).toBe(0)
    expect(await inbox(open.url, stdout.trim())).toBe(200)
    expect(stderr).toContain("development login")
    expect(stdout + stderr).not.toContain(readFileSync(path("data/access.secret"), "utf8"))
  } finally {
    await open.stop()
  }
})

it("the token says what was asked for, and its JSON when it ends", async () => {
  const args = ["token", "ann", "--ttl", "2h", "--scope", "admin compliance", "--name", "Ann", "--json"]
  const before = Math.floor(Date.now() / 1_000)
  const { stdout } = await parley(args, { PARLEY_JWT_SECRET: secret })
  const answer = JSON.parse(stdout) as { readonly access_token: string; readonly expires_at: string }
  const claims = claimsOf(answer.access_token)
  expect(claims).toMatchObject({ sub: "ann", scope: "admin compliance", name: "Ann" })
  expect(claims.exp - before - 7_200).toBeLessThan(60)
  expect(claims.exp - before).toBeGreaterThanOrEqual(7_200)
  expect(Date.parse(answer.expires_at)).toBe(claims.exp * 1_000)
  expect(answer).toMatchObject({ user_id: "ann", scope: "admin compliance" })
})

it("refuses when only the public keys are known, and when there is no secret", async () => {
  const jwks = await parley(["token", "ann"], { PARLEY_JWKS_URL: "https://login.example/keys" })
  expect([jwks.status, jwks.stdout]).toEqual([1, ""])
  expect(jwks.stderr).toContain("only whoever holds the private ones can sign")
  const none = await parley(["token", "ann", "--data-dir", path("nowhere")])
  expect([none.status, none.stdout]).toEqual([1, ""])
  expect(none.stderr).toContain("there is no secret to sign with")
})

it("a secret that is too short is never in the message", async () => {
  const { status, stdout, stderr } = await parley(["token", "ann"], { PARLEY_JWT_SECRET: "hunter2" })
  expect([status, stdout]).toEqual([78, ""])
  expect(stderr).toContain("PARLEY_JWT_SECRET: expected at least 32 bytes")
  expect(stderr).not.toContain("hunter2")
})
