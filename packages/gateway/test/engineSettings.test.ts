/** Which engines and roles go together, and what a start is refused for. */
import { describe, expect, it } from "vitest"
import * as Redacted from "effect/Redacted"
import { type BadConfiguration, readConfig } from "../src/Config.ts"

const secret = "a secret of at least thirty-two bytes"
const alone = {
  PARLEY_JWT_SECRET: secret,
  PARLEY_EVENT_STORE: "esdb://user:hush@log.internal:2113?tls=false",
  PARLEY_DATABASE_URL: "postgres://parley:hush@db.internal/parley",
  PARLEY_MASTER_KEY_FILE: "/run/secrets/master.key",
}
const many = {
  ...alone,
  PARLEY_REDIS_URL: "redis://:hush@soft.internal:6379",
  PARLEY_STREAM_SECRET: secret,
  PARLEY_CLUSTER_SECRET: secret,
}
const runner = { ...many, PARLEY_ROLE: "runner", PARLEY_RUNNER_ADDRESS: "10.0.0.7:7800" }

const problemsOf = (env: Readonly<Record<string, string>>): ReadonlyArray<string> => {
  try {
    readConfig(env)
    return []
  } catch (cause) {
    return (cause as BadConfiguration).problems
  }
}

describe("engines and roles", () => {
  it("everything is embedded unless said otherwise", () => {
    expect(readConfig({ PARLEY_JWT_SECRET: secret }).engines).toBeUndefined()
    expect(readConfig({ PARLEY_JWT_SECRET: secret, PARLEY_EVENT_STORE: "embedded" }).engines).toBeUndefined()
  })

  it("one process on engines needs no Redis and no cluster", () => {
    const { engines } = readConfig(alone)
    expect(engines).toMatchObject({ role: "all" })
    expect(engines).not.toHaveProperty("cluster")
    expect(Redacted.value(engines!.eventStore)).toBe(alone.PARLEY_EVENT_STORE)
  })

  it("a runner says where it is reached; gateways and projectors only ask", () => {
    expect(readConfig(runner).engines?.cluster?.address).toEqual({ host: "10.0.0.7", port: 7_800 })
    expect(readConfig({ ...runner, PARLEY_RUNNER_ADDRESS: "[::1]:7800" }).engines?.cluster?.address).toEqual({
      host: "::1",
      port: 7_800,
    })
    for (const role of ["gateway", "projector"]) {
      const { engines } = readConfig({ ...many, PARLEY_ROLE: role })
      expect(engines).toMatchObject({ role, cluster: {} })
      expect(engines?.cluster).not.toHaveProperty("address")
    }
  })

  it.each([
    ["a log without a database", { PARLEY_DATABASE_URL: "" }, alone, "PARLEY_DATABASE_URL: needed"],
    ["a database without a log", { PARLEY_EVENT_STORE: "" }, alone, "PARLEY_EVENT_STORE: needed"],
    [
      "keys in a database, master key nowhere",
      { PARLEY_MASTER_KEY_FILE: "" },
      alone,
      "PARLEY_MASTER_KEY_FILE: needed",
    ],
    [
      "another kind of log",
      { PARLEY_EVENT_STORE: "http://log" },
      alone,
      "PARLEY_EVENT_STORE: expected a URL",
    ],
    [
      "another kind of database",
      { PARLEY_DATABASE_URL: "mysql://db" },
      alone,
      "PARLEY_DATABASE_URL: expected a URL",
    ],
    ["an unknown role", { PARLEY_ROLE: "worker" }, many, "PARLEY_ROLE: expected all, gateway"],
    [
      "a role where everything is embedded",
      { PARLEY_EVENT_STORE: "", PARLEY_DATABASE_URL: "", PARLEY_ROLE: "gateway" },
      many,
      "PARLEY_ROLE: one process",
    ],
    ["several processes without Redis", { PARLEY_REDIS_URL: "" }, runner, "PARLEY_REDIS_URL: needed"],
    [
      "several processes without a secret",
      { PARLEY_CLUSTER_SECRET: "" },
      runner,
      "PARLEY_CLUSTER_SECRET: needed",
    ],
    [
      "a short secret",
      { PARLEY_CLUSTER_SECRET: "short" },
      runner,
      "PARLEY_CLUSTER_SECRET: expected at least 32 bytes",
    ],
    [
      "several processes, each with its own stream secret",
      { PARLEY_STREAM_SECRET: "" },
      runner,
      "PARLEY_STREAM_SECRET: needed",
    ],
    [
      "a runner that nobody can reach",
      { PARLEY_RUNNER_ADDRESS: "" },
      runner,
      "PARLEY_RUNNER_ADDRESS: needed",
    ],
    [
      "an address that is none",
      { PARLEY_RUNNER_ADDRESS: "10.0.0.7" },
      runner,
      "PARLEY_RUNNER_ADDRESS: expected host:port",
    ],
    [
      "a gateway that would hold conversations",
      { PARLEY_ROLE: "gateway" },
      runner,
      "PARLEY_RUNNER_ADDRESS: a gateway",
    ],
  ])("refuses %s", (_, change, usual, problem) => {
    const problems = problemsOf({ ...usual, ...change })
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(problem)
    expect(problems[0]).not.toContain("hush")
  })
})
