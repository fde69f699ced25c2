/** `parley restore`. */
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { dataDir, json } from "./flags.ts"

export const restore = Command.make(
  "restore",
  {
    backup: Argument.String("backup").pipe(
      Argument.withDescription("The directory that parley backup filled with the log"),
    ),
    keys: Flag.String("keys").pipe(
      Flag.withDescription("The directory with the keys: of the same backup, or of a later one"),
      Flag.withMetavar("directory"),
    ),
    erased: Flag.String("erased").pipe(
      Flag.withDescription(
        "A later list of erased people: another keys directory, a keys.db, or a text file with an id a line. Repeatable",
      ),
      Flag.withMetavar("path"),
      Flag.atLeast(0),
    ),
    dataDir,
    json,
  },
  Effect.fnUntraced(function* (options) {
    const { restore: make } = yield* Effect.promise(() => import("../restore/restore.ts"))
    yield* make(options)
  }),
).pipe(
  Command.withDescription(
    `Fills an empty data directory from a backup; the server must not run on it.

Checks every checksum, that the keys open the log, and the log itself. Then begins a new epoch: clients see that the history they knew
is another one, drop what they hold and start afresh, and send again what they had not got an answer for. Everyone who was erased is
erased again before anything is used: name the newest list there is with --erased (the latest copy of the keys, or what is left of
the lost data directory), or people erased after the backup come back. Read models are built anew at the next start.

With engines (PARLEY_EVENT_STORE, PARLEY_DATABASE_URL) it refuses: docs/operations.md, "Restore with engines".`,
  ),
  Command.withShortDescription("Fills an empty data directory from a backup"),
  Command.withExamples([
    {
      command: "parley restore /backup/2026-11-24 --keys /vault/2026-11-24 --data-dir /var/lib/parley",
      description: "Restore, then start the server on it",
    },
    {
      command: "parley restore /backup/2026-11-24 --keys /vault/2026-11-24 --erased /var/lib/parley.broken",
      description: "With those who were erased since",
    },
  ]),
)
