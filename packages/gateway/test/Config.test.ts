/** Configuration: what is taken, what stops the start. */
import { readFileSync } from "node:fs"
import { defaultLimits } from "@parley/domain/limits"
import * as Redacted from "effect/Redacted"
import { expect, it } from "vitest"
import { BadConfiguration, readConfig } from "../src/Config.ts"
import { configurationPage } from "./configurationPage.ts"

const secret = "an access secret of thirty-two bytes"
const PARLEY_JWT_SECRET = secret

const complaints = (env: Record<string, string>): ReadonlyArray<string> => {
  try {
    readConfig(env)
  } catch (cause) {
    if (cause instanceof BadConfiguration) return cause.problems
    throw cause
  }
  return []
}

it("with a secret alone everything has its default, and every address is listened on", () => {
  const config = readConfig({ PARLEY_JWT_SECRET })
  expect(config).toMatchObject({
    httpHost: "0.0.0.0",
    httpPort: 8_080,
    opsHost: "127.0.0.1",
    opsPort: 9_090,
    dataDir: "./data",
    devLogin: false,
    allowedOrigins: [],
    limits: defaultLimits,
  })
  expect(Redacted.value(config.jwt.secret!)).toBe(secret)
})

it("development login needs no secret, and listens on this machine only unless told otherwise", () => {
  expect(readConfig({ PARLEY_DEV_LOGIN: "true" }).httpHost).toBe("127.0.0.1")
  const told = readConfig({ PARLEY_DEV_LOGIN: "true", PARLEY_HTTP_HOST: "0.0.0.0" })
  expect(told.httpHost).toBe("0.0.0.0")
})

it("without secret, key URL or development login it does not start", () => {
  expect(complaints({})).toEqual([expect.stringMatching(/^PARLEY_JWT_SECRET: needed/)])
})

it("every bad value is told at once, each with its key", () => {
  const told = complaints({
    PARLEY_HTTP_PORT: "80a",
    PARLEY_OPS_PORT: "70000",
    PARLEY_DEV_LOGIN: "yes",
    PARLEY_JWT_SECRET: "short",
    PARLEY_STREAM_SECRET: "short",
    PARLEY_ALLOWED_ORIGINS: "https://ok.example,https://chat.example/",
    PARLEY_LOG_LEVEL: "loud",
    PARLEY_LIMIT_TEXT_CHARS: "0",
    PARLEY_LIMIT_GROUP_MEMBERS: "1.5",
    PARLEY_NO_SUCH_THING: "1",
  })
  expect(told.map((line) => line.split(":")[0])).toEqual([
    "PARLEY_ALLOWED_ORIGINS",
    "PARLEY_DEV_LOGIN",
    "PARLEY_HTTP_PORT",
    "PARLEY_JWT_SECRET",
    "PARLEY_LIMIT_GROUP_MEMBERS",
    "PARLEY_LIMIT_TEXT_CHARS",
    "PARLEY_LOG_LEVEL",
    "PARLEY_NO_SUCH_THING",
    "PARLEY_OPS_PORT",
    "PARLEY_STREAM_SECRET",
  ])
})

it("a secret is in no message and in no picture of the configuration", () => {
  const config = readConfig({ PARLEY_JWT_SECRET, PARLEY_STREAM_SECRET: secret })
  expect(JSON.stringify(config) + String(config.jwt.secret)).not.toContain(secret)
  expect(complaints({ PARLEY_JWT_SECRET: "hush" }).join()).not.toContain("hush")
})

it("a Redis is named by a URL, whose password is in no message and in no picture of the configuration", () => {
  const read = (PARLEY_REDIS_URL: string) => readConfig({ PARLEY_JWT_SECRET, PARLEY_REDIS_URL })
  expect(read("").redis).toBeUndefined()
  expect(read("redis://localhost").redis).toEqual({
    nodes: [{ host: "localhost", port: 6_379 }],
    cluster: false,
    tls: false,
    db: 0,
    prefix: "parley:",
  })
  const cluster = read("rediss+cluster://parley:p%40ss@[::1]:7000,two.example").redis
  expect(cluster).toMatchObject({
    nodes: [
      { host: "::1", port: 7_000 },
      { host: "two.example", port: 6_379 },
    ],
    cluster: true,
    tls: true,
    username: "parley",
  })
  expect(Redacted.value(cluster!.password!)).toBe("p@ss")
  expect(JSON.stringify(cluster)).not.toContain("p@ss")
  expect(read("redis://:hush@localhost:7001/3").redis).toMatchObject({ db: 3, prefix: "parley:3:" })
  for (const bad of [
    "localhost:6379",
    "http://:hush@localhost",
    "redis://:hush@localhost:99999",
    "redis://:hush@one,two",
    "redis+cluster://:hush@one/1",
    "redis://:hush@localhost/x",
    "redis://:hush%zz@localhost",
  ]) {
    const told = complaints({ PARLEY_JWT_SECRET, PARLEY_REDIS_URL: bad })
    expect([bad, told.length, told.join().includes("hush")]).toEqual([bad, 1, false])
  }
})

it("what decides the algorithm is one thing", () => {
  const PARLEY_JWKS_URL = "https://app.example/jwks"
  expect(complaints({ PARLEY_JWT_SECRET, PARLEY_JWKS_URL })).toHaveLength(1)
  expect(complaints({ PARLEY_JWKS_URL, PARLEY_DEV_LOGIN: "true" })).toHaveLength(1)
  expect(complaints({ PARLEY_JWKS_URL })).toEqual([])
  expect(complaints({ PARLEY_JWKS_URL: "app.example" })).toHaveLength(1)
})

it("each limit of the protocol can be set, and an empty value is none", () => {
  for (const name of Object.keys(defaultLimits)) {
    const env = { PARLEY_JWT_SECRET, [`PARLEY_LIMIT_${name.toUpperCase()}`]: "7" }
    expect(readConfig(env).limits).toEqual({ ...defaultLimits, [name]: 7 })
  }
  expect(readConfig({ PARLEY_JWT_SECRET, PARLEY_HTTP_PORT: "" }).httpPort).toBe(8_080)
})

it("guards against floods rise with the rate of messages, but for those that are set", () => {
  const { limits } = readConfig({
    PARLEY_JWT_SECRET,
    PARLEY_LIMIT_MESSAGES_PER_SECOND: "1000",
    PARLEY_LIMIT_LOGINS_BURST: "3",
  })
  expect(limits.frames_per_second).toBe(100 * defaultLimits.frames_per_second)
  expect(limits.group_creations_per_minute).toBe(100 * defaultLimits.group_creations_per_minute)
  expect(limits.logins_burst).toBe(3)
  expect(limits.conversation_messages_per_second).toBe(defaultLimits.conversation_messages_per_second)
  expect(complaints({ PARLEY_JWT_SECRET, PARLEY_LIMIT_MESSAGES_PER_SECOND: "many" })).toHaveLength(1)
})

it("docs/configuration.md says what the code does", () => {
  const page = readFileSync(new URL("../../../docs/configuration.md", import.meta.url), "utf8")
  expect(page).toBe(configurationPage())
})
