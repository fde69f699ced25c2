/**
 * Do a vault and a master key open what stands in a log.
 *
 * Always true: reads only. Everyone who sealed something must be known to the vault, by a key or as erased.
 */
import { DatabaseSync } from "node:sqlite"
import { sealedOwners } from "@parley/runtime/eventStore/sealedOwners"
import { readMasterKey } from "@parley/runtime/keyVault/masterKey"
import { sampleOf, unknownOwners } from "@parley/runtime/keyVault/VaultReader"
import { unwrap } from "@parley/runtime/keyVault/wrapping"
import * as Effect from "effect/Effect"
import { CommandFailed, said } from "../CommandFailed.ts"

/** Events in one read. */
const step = 5_000

/** Everyone who sealed something in the events after a position (exclusive), in steps that can be interrupted. */
export const ownersAfter = (log: string, after: number): Effect.Effect<ReadonlySet<string>, CommandFailed> =>
  Effect.gen(function* () {
    const owners = new Set<string>()
    const database = yield* Effect.acquireRelease(
      Effect.sync(() => new DatabaseSync(log, { readOnly: true })),
      (opened) => Effect.sync(() => opened.close()),
    )
    const select = database.prepare(
      "SELECT position, data FROM events WHERE position > ? ORDER BY position LIMIT ?",
    )
    let position = after
    for (;;) {
      const rows = select.all(position, step)
      for (const owner of sealedOwners(rows.map((row) => row["data"] as string))) owners.add(owner)
      if (rows.length < step) return owners as ReadonlySet<string>
      position = rows.at(-1)!["position"] as number
      yield* Effect.yieldNow
    }
  }).pipe(
    Effect.scoped,
    Effect.catchDefect((cause) =>
      Effect.fail(new CommandFailed({ reason: `${log} cannot be read: ${said(cause)}` })),
    ),
  )

/** People whose keys the vault lacks. */
export const lacking = (
  vault: string,
  owners: Iterable<string>,
): Effect.Effect<ReadonlyArray<string>, CommandFailed> =>
  Effect.try({
    try: () => unknownOwners(vault, owners),
    catch: (cause) => new CommandFailed({ reason: `${vault} cannot be read: ${said(cause)}` }),
  })

/** Fails unless the master key unwraps what is in the vault. */
export const masterKeyFits = (vault: string, masterKeyFile: string): Effect.Effect<void, CommandFailed> =>
  Effect.gen(function* () {
    const master = yield* Effect.mapError(
      readMasterKey(masterKeyFile),
      ({ reason }) => new CommandFailed({ reason }),
    )
    const sample = yield* Effect.try({
      try: () => sampleOf(vault),
      catch: (cause) => new CommandFailed({ reason: `${vault} cannot be read: ${said(cause)}` }),
    })
    if (sample === undefined) return
    if (master === undefined)
      return yield* new CommandFailed({ reason: `there is no master key ${masterKeyFile}.` })
    if (unwrap(master, sample.owner, sample.wrapped) === undefined)
      return yield* new CommandFailed({ reason: `the master key ${masterKeyFile} does not open ${vault}.` })
  })
