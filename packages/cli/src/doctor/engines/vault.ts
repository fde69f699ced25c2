/** Whether this machine's master key is the one of the vault, and the vault the log's. */
import { statSync } from "node:fs"
import type { KeyObject } from "node:crypto"
import { isProvedBy } from "@parley/runtime/keyVault/masterKeyProof"
import { readMasterKey } from "@parley/runtime/keyVault/masterKey"
import * as Effect from "effect/Effect"
import { count } from "../../output.ts"
import { fail, type Finding, ok, warn } from "../Finding.ts"
import type { Look } from "./Look.ts"
import type { PostgresLook } from "./lookAtPostgres.ts"

const name = "master key"
const putBack = "Copy the key of the other nodes to it, or put it back from where you keep it."

const judge = (file: string, key: KeyObject | undefined, database: Look<PostgresLook>): Finding => {
  const proof = database._tag === "Seen" ? database.seen.proof : undefined
  if (key === undefined)
    return proof === undefined
      ? fail(
          name,
          `There is no ${file}.`,
          "Make it once, and copy it to every node and to a safe place: head -c 32 /dev/urandom | base64",
        )
      : fail(name, `There is no ${file}: without it no message opens.`, putBack)
  if (proof !== undefined && !isProvedBy(proof, key))
    return fail(name, `The key in ${file} does not open the vault.`, putBack)
  if ((statSync(file).mode & 0o007) !== 0)
    return warn(name, `Other users of this machine may read ${file}.`, `chmod 600 ${file}`)
  if (database._tag === "Blind") return ok(name, `${file}; whether it opens the vault is not known`)
  return ok(name, proof === undefined ? `${file}; there is no vault yet` : `${file} opens the vault`)
}

/** @param missing of the owners: whom the vault does not know. */
export const examineKeys = (
  owners: ReadonlySet<string>,
  missing: Look<ReadonlyArray<string>>,
): ReadonlyArray<Finding> => {
  if (missing._tag === "Blind") return []
  const [one] = missing.seen
  return [
    one === undefined
      ? ok("keys", `all ${count(owners.size, "person", "people")} in the newest events are known`)
      : fail(
          "keys",
          `The vault lacks the keys of ${missing.seen.length} of ${owners.size} people who wrote the newest events, as ${one}: it is older than the log, or another's.`,
          "Stop all processes, and put back the newest copy of Postgres: new keys would be made beside the lost ones.",
        ),
  ]
}

export const examineVault = (file: string, database: Look<PostgresLook>): Effect.Effect<Finding> =>
  readMasterKey(file).pipe(
    Effect.map((key) => judge(file, key, database)),
    Effect.catch(({ reason }) => Effect.succeed(fail(name, `${reason}.`, putBack))),
  )
