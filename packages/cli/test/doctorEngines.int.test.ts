/** `parley doctor` for one of many processes: the engines that it stands on, alive, dead and hanging. */
import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { type Nodes, nodesAreHere, startNodes } from "@parley/testkit/nodes/startNodes"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { appendToEngines } from "./appendToEngines.ts"
import { ownDirectory } from "./directories.ts"
import { examine as examineWith } from "./examine.ts"

const path = ownDirectory()

describe.runIf(nodesAreHere())("doctor with engines", () => {
  let nodes: Nodes
  beforeAll(async () => {
    nodes = await startNodes({ gateways: 1, runners: 1 })
  }, 180_000)
  afterAll(() => nodes?.stop(), 60_000)

  const examine = async (env: Readonly<Record<string, string | undefined>> = {}) => {
    const began = performance.now()
    const { checks, printed, ...found } = await examineWith({
      ...nodes.env,
      PARLEY_ROLE: "gateway",
      PARLEY_DATA_DIR: path("data"),
      ...env,
    })
    for (const secret of ["PARLEY_STREAM_SECRET", "PARLEY_CLUSTER_SECRET", "PARLEY_JWT_SECRET"])
      expect(printed).not.toContain(nodes.env[secret])
    return { ...found, all: checks, seconds: (performance.now() - began) / 1_000 }
  }

  it("finds nothing wrong with many nodes at work, and names what it saw", async () => {
    const { all, of } = await examine()
    expect(all.filter((one) => one.status !== "ok")).toEqual([])
    expect(of("event store")?.detail).toMatch(/epoch [0-9a-f-]{32,36}$/)
    expect(of("postgres")?.detail).toMatch(/^Postgres \d+.*, synchronous_commit on$/)
    expect(of("runners")?.detail).toMatch(/^1 alive: 127\.0\.0\.1:\d+$/)
    expect(of("read models")?.detail).toBe("history, membership, receipts, directory: at the log's end")
    expect(of("log index")?.status).toBe("ok")
    expect(of("master key")?.detail).toContain("opens the vault")
    expect(of("keys")?.detail).toContain("0 people in the newest events are known")
    expect(of("redis")?.detail).toContain("127.0.0.1")
    expect(of("clocks")?.detail).toMatch(/^Postgres .*, Redis at /)
    expect(of("port")?.status).toBe("ok")
  })

  it("asks a running process how it is", async () => {
    const ops = new URL(nodes.gateways[0]!.opsUrl).port
    expect((await examine({ PARLEY_OPS_PORT: ops })).of("server")?.detail).toBe("It runs and is ready.")
  })

  it("finds a foreign master key, and engines that a mistaken configuration still names", async () => {
    writeFileSync(path("other.key"), `${randomBytes(32).toString("base64")}\n`, { mode: 0o600 })
    const foreign = await examine({ PARLEY_MASTER_KEY_FILE: path("other.key") })
    expect(foreign.failed).toEqual(["master key"])
    const mistaken = await examine({ PARLEY_CLUSTER_SECRET: "short" })
    expect(mistaken.failed).toEqual(["configuration"])
    expect(mistaken.of("event store")?.status).toBe("ok")
    const half = await examine({ PARLEY_DATABASE_URL: undefined })
    expect(half.failed).toEqual(["configuration", "engines"])
    expect(half.of("log")).toBeUndefined()
  })

  it("finds a vault that is older than the log", async () => {
    await appendToEngines(nodes.env, "somebody-else", { name: { owner: "ann", box: "sealed" } })
    const { failed, of } = await examine()
    expect(failed).toEqual(["keys"])
    expect(of("keys")?.detail).toContain("1 of 1 people who wrote the newest events, as ann")
    nodes.postgres.psql("INSERT INTO parley.data_keys (owner, wrapped) VALUES ('ann', 'x')")
    expect((await examine()).of("keys")?.status).toBe("ok")
  })

  it("shows no password, and says what is wrong with one", async () => {
    const password = "p4ssw0rd-of-ann"
    nodes.postgres.psql("CREATE ROLE ann LOGIN PASSWORD 'another'")
    const { all, of } = await examine({
      PARLEY_DATABASE_URL: nodes.postgres.urlOf("ann", password),
      PARLEY_REDIS_URL: `${nodes.redis.url.replace("redis://", `redis://ann:${password}@`)}`,
    })
    expect(of("postgres")).toMatchObject({ status: "fail", remedy: expect.stringContaining("password") })
    expect(of("redis")).toMatchObject({ status: "fail", detail: expect.stringContaining("WRONGPASS") })
    expect(JSON.stringify(all)).not.toContain(password)
  })

  it("engines that hang or are away cost seconds, and hide nothing of the others", async () => {
    nodes.postgres.freeze()
    nodes.redis.freeze()
    try {
      const hanging = await examine()
      expect(hanging.failed).toEqual(["postgres", "redis"])
      expect(hanging.of("event store")?.status).toBe("ok")
      expect(hanging.seconds).toBeLessThan(60)
    } finally {
      nodes.postgres.thaw()
      nodes.redis.thaw()
    }
    await nodes.eventStore.kill9()
    const away = await examine()
    expect(away.failed).toEqual(["event store"])
    expect(away.of("postgres")?.status).toBe("ok")
    await nodes.eventStore.restart()
  })
})
