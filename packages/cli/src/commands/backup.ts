/** `parley backup`. */
import * as Effect from "effect/Effect"
import * as Argument from "effect/cli/Argument"
import * as Command from "effect/cli/Command"
import * as Flag from "effect/cli/Flag"
import { dataDir, json } from "./flags.ts"

export const backup = Command.make(
  "backup",
  {
    target: Argument.String("target").pipe(
      Argument.withDescription("A new or empty directory for the log and the manifest"),
    ),
    keys: Flag.String("keys").pipe(
      Flag.withDescription("Another new or empty directory, in another place, for the keys"),
      Flag.withMetavar("directory"),
    ),
    dataDir,
    json,
  },
  Effect.fnUntraced(function* (options) {
    const { backup: make } = yield* Effect.promise(() => import("../backup/backup.ts"))
    yield* make(options)
  }),
).pipe(
  Command.withDescription(
    `Copies the log and the keys, while the server runs.

The log goes to <target>, as of one moment, with a manifest that names its epoch, its last position and checksums. The keys go to
--keys: the key vault, the master key (unless PARLEY_MASTER_KEY_FILE says that you keep it yourself) and the secrets that the server made. Keep
the two apart: whoever has both can read everything, and either alone is worthless. Every message acknowledged before the backup
began is in it. Read models and snapshots are not: they are rebuilt.

With engines (PARLEY_EVENT_STORE, PARLEY_DATABASE_URL) it refuses: they have tools of their own, and docs/operations.md the order.

The manifest is written last. A backup that was cut off has none, and restore refuses it.`,
  ),
  Command.withShortDescription("Copies the log and the keys, while the server runs"),
  Command.withExamples([
    {
      command: "parley backup /backup/2026-11-24 --keys /vault/2026-11-24",
      description: "Into two places, best on two machines' disks",
    },
    {
      command: "parley backup /backup/$(date +%F) --keys /vault/$(date +%F) --json",
      description: "From a timer; the result as JSON",
    },
  ]),
)
