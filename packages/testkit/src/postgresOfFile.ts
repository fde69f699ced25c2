/**
 * One Postgres server for a test file, and a schema of its own for each test.
 *
 * Always true: where the machine has no Postgres, `present` is false and nothing is started; the file says so in one line.
 */
import { layer, type Postgres } from "@parley/runtime/postgres/Postgres"
import type { PostgresOptions } from "@parley/runtime/postgres/connection"
import type { PostgresFailure } from "@parley/runtime/errors"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { afterAll, beforeAll } from "vitest"
import { requirement } from "./requirement.ts"
import { postgresBinaries, startPostgres, type ThrowawayPostgres } from "./throwawayPostgres.ts"

export interface PostgresOfFile {
  readonly present: boolean
  readonly server: () => ThrowawayPostgres
  /** Of a schema that nobody else has, and of few sessions. */
  readonly options: (more?: Partial<PostgresOptions>) => PostgresOptions
  /** A connected database in such a schema, another one each time it is built. */
  readonly fresh: Layer.Layer<Postgres, PostgresFailure>
}

/** To be called once, at the top of the file. */
export const postgresOfFile = (settings: Readonly<Record<string, string>> = {}): PostgresOfFile => {
  const present = requirement("Postgres", postgresBinaries() !== undefined)
  let server: ThrowawayPostgres | undefined
  let schemas = 0
  if (present) {
    beforeAll(async () => {
      server = await startPostgres(settings)
    })
    afterAll(() => server?.stop())
  }
  const running = (): ThrowawayPostgres => {
    if (server === undefined) throw new Error("Postgres runs between beforeAll and afterAll only")
    return server
  }
  const options = (more: Partial<PostgresOptions> = {}): PostgresOptions => ({
    url: Redacted.make(running().url),
    schema: `test_${++schemas}`,
    maxConnections: 4,
    ...more,
  })
  return {
    present,
    server: running,
    options,
    fresh: Layer.unwrap(Effect.sync(() => layer(options()))),
  }
}
