/** Who may use the served event store: TLS, the password, and where it refuses to listen. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { AccessDeniedError, EventStoreDBClient } from "@eventstore/db-client"
import * as Effect from "effect/Effect"
import { afterAll, describe, expect, it, onTestFinished } from "vitest"
import { selfSigned } from "../src/push/selfSigned.ts"
import { eventStoreServer, startEventStoreServer } from "../src/startEventStoreServer.ts"
import { connected, events, fresh, nextOf } from "./officialClient.ts"

const both = connected()

describe("with TLS and a password", () => {
  const directory = mkdtempSync(join(tmpdir(), "parley-"))
  afterAll(() => rmSync(directory, { recursive: true, force: true }))
  const file = (name: string, content: string): string => {
    const path = join(directory, name)
    writeFileSync(path, content, { mode: 0o600 })
    return path
  }

  it("whoever knows it is served, over every call, and nobody else is", async () => {
    const { cert, key } = selfSigned("localhost")
    const server = await startEventStoreServer({
      args: [
        ...["--tls-cert", file("node.crt", cert), "--tls-key", file("node.key", key)],
        ...["--user", "parley", "--password-file", file("password", "correct horse: battery\n")],
      ],
    })
    onTestFinished(() => server.stop().then(() => undefined))
    const endpoint = `localhost:${server.port}`
    const connect = (password: string) =>
      new EventStoreDBClient(
        { endpoint },
        { rootCertificate: Buffer.from(cert) },
        { username: "parley", password },
      )
    const [client, stranger] = [connect("correct horse: battery"), connect("correct horse")]
    const stream = fresh()
    await client.appendToStream(stream, events(2))
    expect(await nextOf(client.subscribeToStream(stream), 2)).toHaveLength(2)
    const denied = { constructor: AccessDeniedError }
    await expect(stranger.appendToStream(stream, events(1))).rejects.toMatchObject(denied)
    await expect(nextOf(stranger.readStream(stream), 1)).rejects.toMatchObject(denied)
    await expect(nextOf(stranger.subscribeToAll(), 1)).rejects.toMatchObject(denied)
    await expect(stranger.tombstoneStream(stream)).rejects.toMatchObject(denied)
    await expect(stranger.listAllPersistentSubscriptions()).rejects.toMatchObject(denied)
    const nobody = new EventStoreDBClient({ endpoint }, { rootCertificate: Buffer.from(cert) })
    await expect(nobody.appendToStream(stream, events(1))).rejects.toMatchObject(denied)
    expect(server.output()).not.toContain("horse")
    await Promise.all([client, stranger, nobody].map((one) => one.dispose()))
    expect(await server.stop()).toBe(0)
  })
})

it("clients that look for the leader among several hosts find it", async () => {
  const { port } = both.served
  const client = EventStoreDBClient.connectionString(`esdb://127.0.0.1:${port},127.0.0.1:${port}?tls=false`)
  expect(await client.appendToStream(fresh(), events(1))).toMatchObject({ nextExpectedRevision: 0n })
  await client.dispose()
})

describe("it refuses to listen", () => {
  const reasonOf = (options: Parameters<typeof eventStoreServer>[0]) =>
    Effect.runPromise(
      Effect.scoped(eventStoreServer(options)).pipe(
        Effect.as("it listens"),
        Effect.catchTag("ServerRefused", ({ reason }) => Effect.succeed(reason)),
      ),
    )

  it("beyond this machine without a password, unless it is told that anybody may come", async () => {
    expect(await reasonOf({ host: "0.0.0.0" })).toContain("there is no password")
    expect(await reasonOf({ host: "0.0.0.0", anybody: true })).toBe("it listens")
  })

  it("with a password that would travel in the clear, and at a port that is taken", async () => {
    expect(await reasonOf({ credentials: { user: "parley", password: "secret" } })).toContain("needs TLS")
    expect(await reasonOf({ port: both.served.port })).toContain(String(both.served.port))
  })
})
