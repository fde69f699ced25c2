import { execFileSync } from "node:child_process"
import { chownSync, statSync } from "node:fs"
import { layer, Postgres } from "@parley/runtime/postgres/Postgres"
import { describe, expect, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { freePort } from "@parley/runtime/freePort"
import { postgresOfFile } from "../src/postgresOfFile.ts"
import { programOnPath, requirement } from "../src/requirement.ts"

const postgres = postgresOfFile()
const present = requirement("openssl", programOnPath("openssl") !== undefined)

/** A certificate of `localhost`, signed by itself, and a server that shows it. */
const withCertificate = Effect.promise(async () => {
  const server = postgres.server()
  const [cert, key] = [`${server.directory}/server.crt`, `${server.directory}/server.key`]
  execFileSync(
    "openssl",
    [
      ...[
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "1",
      ],
      ...["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", key, "-out", cert],
    ],
    { stdio: "ignore" },
  )
  const { uid, gid } = statSync(`${server.directory}/data`)
  chownSync(key, uid, gid)
  server.psql("CREATE ROLE ann LOGIN SUPERUSER PASSWORD 'secret'")
  await server.kill()
  const port = await freePort()
  await server.start({
    ...{ listen_addresses: "127.0.0.1", port: String(port) },
    ...{ ssl: "on", ssl_cert_file: cert, ssl_key_file: key },
  })
  return { cert, port }
})

const open = (url: string) =>
  Effect.provide(
    Effect.gen(function* () {
      const { sql, ask } = yield* Postgres
      const [row] = yield* ask(
        sql<{ ssl: boolean }>`SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()`,
      )
      return row?.ssl
    }),
    layer(postgres.options({ url: Redacted.make(url) })),
  )

describe.runIf(postgres.present && present)("Postgres behind TLS", () => {
  it.live("is spoken to as the URL says: encrypted, its certificate and name checked, or plain", () =>
    Effect.gen(function* () {
      const { cert, port } = yield* withCertificate
      const url = (host: string, query: string) => `postgres://ann:secret@${host}:${port}/postgres?${query}`
      const refused = { _tag: "PostgresRefused", reason: "tls" }
      for (const mode of ["require", "verify-full"]) {
        expect(yield* open(url("localhost", `sslmode=${mode}&sslrootcert=${cert}`))).toBe(true)
        expect(yield* Effect.flip(open(url("localhost", `sslmode=${mode}`)))).toMatchObject(refused)
        const misnamed = url("127.0.0.1", `sslmode=${mode}&sslrootcert=${cert}`)
        expect(yield* Effect.flip(open(misnamed))).toMatchObject(refused)
      }
      expect(yield* open(url("localhost", "sslmode=disable"))).toBe(false)
      expect(yield* open(url("localhost", ""))).toBe(false)
    }),
  )
})
