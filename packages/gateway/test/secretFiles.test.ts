/** Secrets by file: what is read, what is refused, and that nothing of a file is in a message. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Redacted from "effect/Redacted"
import { afterAll, expect, it } from "vitest"
import { type BadConfiguration, readConfig, variables } from "../src/Config.ts"
import { secretFileVariables } from "../src/secretFiles.ts"

const directory = mkdtempSync(join(tmpdir(), "parley-secrets-"))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const file = (name: string, content: string): string => {
  const path = join(directory, name)
  writeFileSync(path, content)
  return path
}
const secret = "a secret of at least thirty-two bytes"
const problemsOf = (env: Readonly<Record<string, string>>): ReadonlyArray<string> => {
  try {
    readConfig(env)
    return []
  } catch (cause) {
    return (cause as BadConfiguration).problems
  }
}

it("every secret and every URL with one may come from a file, and a line's end is not part of it", () => {
  const config = readConfig({
    PARLEY_JWT_SECRET_FILE: file("jwt", `${secret}\n`),
    PARLEY_STREAM_SECRET_FILE: file("stream", `${secret} of streams\r\n`),
    PARLEY_CLUSTER_SECRET_FILE: file("cluster", secret),
    PARLEY_EVENT_STORE_FILE: file("log", "esdb://log:2113?tls=false\n"),
    PARLEY_DATABASE_URL_FILE: file("db", "postgres://parley:hush@db/parley\n"),
    PARLEY_REDIS_URL_FILE: file("redis", "redis://:hush@soft:6379\n"),
    PARLEY_MASTER_KEY_FILE: "/run/secrets/master.key",
    PARLEY_ROLE: "gateway",
  })
  expect(Redacted.value(config.jwt.secret!)).toBe(secret)
  expect(Redacted.value(config.streamSecret!)).toBe(`${secret} of streams`)
  expect(Redacted.value(config.engines!.cluster!.secret)).toBe(secret)
  expect(Redacted.value(config.engines!.eventStore)).toBe("esdb://log:2113?tls=false")
  expect(Redacted.value(config.engines!.database)).toBe("postgres://parley:hush@db/parley")
  expect(Redacted.value(config.redis!.password!)).toBe("hush")
})

it("an empty path is none", () => {
  expect(problemsOf({ PARLEY_JWT_SECRET: secret, PARLEY_JWT_SECRET_FILE: "" })).toEqual([])
})

it.each([
  ["both", { PARLEY_JWT_SECRET: secret, PARLEY_JWT_SECRET_FILE: file("both", "hush") }, /is set too$/],
  ["a file that is not there", { PARLEY_JWT_SECRET_FILE: join(directory, "none") }, /read \(ENOENT\)$/],
  ["a directory", { PARLEY_JWT_SECRET_FILE: directory }, /read \(EISDIR\)$/],
  ["an empty file", { PARLEY_JWT_SECRET_FILE: file("empty", "\n") }, /the file is empty$/],
])("refuses %s, with the key and the reason", (_, env: Readonly<Record<string, string>>, reason) => {
  const problems = problemsOf({ PARLEY_DEV_LOGIN: "true", ...env })
  expect(problems).toEqual([expect.stringMatching(reason)])
  expect(problems[0]).toMatch(/^PARLEY_JWT_SECRET_FILE: /)
})

it("nothing of a file's content is in a message", () => {
  const problems = problemsOf({
    PARLEY_JWT_SECRET_FILE: file("short", "hush"),
    PARLEY_DATABASE_URL_FILE: file("bad-url", "mysql://parley:hush@db"),
    PARLEY_VAPID_PRIVATE_KEY_FILE: file("vapid", "hush"),
  })
  expect(problems.length).toBeGreaterThanOrEqual(3)
  expect(problems.join()).not.toContain("hush")
})

it("each such setting is one of the table, and so is what it stands for", () => {
  const known = new Set(variables.map(({ key }) => key))
  for (const { key } of secretFileVariables)
    expect([key, known.has(key), known.has(key.replace(/_FILE$/, ""))]).toEqual([key, true, true])
})
